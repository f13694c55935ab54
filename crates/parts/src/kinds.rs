use crate::{Kind, KindError, Options, Spec, nearest};

/// The kinds of a family by their names, each with what makes it.
#[derive(Debug, Clone)]
pub struct Kinds<M> {
    family: &'static str,
    known: Vec<(Spec, M)>,
}

impl<M> Kinds<M> {
    /// None yet, of a family of this name.
    #[must_use]
    pub fn new(family: &'static str) -> Self {
        Self { family, known: Vec::new() }
    }

    /// Adds one.
    ///
    /// # Panics
    /// If one of its names is taken.
    pub fn push(&mut self, spec: Spec, maker: M) {
        for name in spec.names() {
            let taken = self.specs().any(|known| known.names().any(|known| known == name));
            assert!(!taken, "there is a {} of the name {name} already", self.family);
        }
        self.known.push((spec, maker));
    }

    /// What is known of each, in their order.
    pub fn specs(&self) -> impl Iterator<Item = &Spec> {
        self.known.iter().map(|(spec, _)| spec)
    }

    /// The names of all.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.specs().flat_map(Spec::names).collect()
    }

    /// What makes a kind, and its options.
    ///
    /// # Errors
    /// [`KindError`] for a name that is not known, or options that the kind does not have.
    pub fn get(&self, kind: &Kind) -> Result<(&M, Options), KindError> {
        self.get_among(self.family, kind, |_| true)
    }

    /// What is known of a kind, and its options.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn read(&self, kind: &Kind) -> Result<(Spec, Options), KindError> {
        let (spec, _, options) = self.find(self.family, kind, |_| true)?;
        Ok((*spec, options))
    }

    /// [`get`](Self::get) among some of the family, which have a name of their own.
    ///
    /// # Errors
    /// As [`get`](Self::get), and for one that is not among them.
    pub fn get_among(
        &self,
        family: &'static str,
        kind: &Kind,
        is_one: impl Fn(&M) -> bool,
    ) -> Result<(&M, Options), KindError> {
        let (_, maker, options) = self.find(family, kind, is_one)?;
        Ok((maker, options))
    }

    fn find(
        &self,
        family: &'static str,
        kind: &Kind,
        is_one: impl Fn(&M) -> bool,
    ) -> Result<(&Spec, &M, Options), KindError> {
        let among = self.known.iter().filter(|(_, maker)| is_one(maker));
        let of_name = |(spec, _): &&(Spec, M)| spec.names().any(|name| name == kind.name());
        match among.clone().find(of_name) {
            Some((spec, maker)) => Ok((spec, maker, spec.read(kind)?)),
            None => {
                let mut choices = Vec::new();
                among.for_each(|(spec, _)| choices.extend(spec.names()));
                let suggestion = nearest(kind.name(), choices.iter().copied()).map(str::to_owned);
                let (name, choices) = (kind.name().to_owned(), choices.join(", "));
                Err(KindError::Unknown { family, name, choices, suggestion })
            }
        }
    }
}
