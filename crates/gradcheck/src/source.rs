use crate::Draw;

/// Where the parts of a proof come from: one for all cases, or one for each, with options drawn.
pub(crate) enum Source<'a, P> {
    One(&'a P),
    Family(Box<dyn Fn(&Draw) -> P + 'a>),
}

impl<'a, P> Source<'a, P> {
    pub(crate) fn at(&self, draw: &Draw) -> Held<'a, P> {
        match self {
            Self::One(part) => Held::Borrowed(part),
            Self::Family(build) => Held::Owned(build(draw)),
        }
    }
}

/// A part, or a reference to one.
#[derive(Debug, Clone)]
pub(crate) enum Held<'a, P> {
    Borrowed(&'a P),
    Owned(P),
}

impl<P> Held<'_, P> {
    #[inline(always)]
    pub(crate) fn get(&self) -> &P {
        match self {
            Self::Borrowed(part) => part,
            Self::Owned(part) => part,
        }
    }
}
