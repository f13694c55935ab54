use std::sync::{Mutex, MutexGuard, PoisonError};

/// Memory for parts of some work: whoever does a part takes what another has done with, so that there is as much of it
/// as there are threads, and it is filled with zeros once.
#[derive(Debug)]
pub(crate) struct Spare<B>(Mutex<Vec<B>>);

impl<B: Default> Spare<B> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Does a part with some of it, which holds anything.
    pub(crate) fn lend<R>(&self, work: impl FnOnce(&mut B) -> R) -> R {
        let mut memory = self.all().pop().unwrap_or_default();
        let result = work(&mut memory);
        self.all().push(memory);
        result
    }

    fn all(&self) -> MutexGuard<'_, Vec<B>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_lent_again() {
        let spare = Spare::<Vec<u8>>::new();
        spare.lend(|outer| {
            outer.push(1);
            spare.lend(|inner| inner.push(2));
        });
        spare.lend(|last| assert_eq!(last, &[1]));
        assert_eq!(spare.all().len(), 2);
    }
}
