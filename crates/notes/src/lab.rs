use densely::tensor::Threads;

use crate::NotesError;

/// What experiments are run with: how often, and on which threads.
///
/// ```
/// use densely_notes::Lab;
///
/// assert_eq!(Lab::default().seeds, 10);
/// ```
#[derive(Debug, Clone)]
pub struct Lab {
    /// How many times each measurement is repeated with other random draws.
    pub seeds: u64,
    /// The threads that share the repetitions. No outcome depends on them.
    pub threads: Threads,
}

impl Default for Lab {
    /// Ten seeds, on the calling thread.
    fn default() -> Self {
        Self { seeds: 10, threads: Threads::single() }
    }
}

impl Lab {
    /// `measure(i)` for each `i` below `count`, in order of `i`, shared among the threads.
    pub(crate) fn each<R: Send>(
        &self,
        count: usize,
        measure: impl Fn(usize) -> Result<R, NotesError> + Sync,
    ) -> Result<Vec<R>, NotesError> {
        self.threads.map(count, measure).into_iter().collect()
    }

    /// `measure(setting, seed)` for each setting and seed: a row of results for each
    /// setting, in the order of the seeds.
    pub(crate) fn repeat<S: Sync, R: Send>(
        &self,
        settings: &[S],
        measure: impl Fn(&S, u64) -> Result<R, NotesError> + Sync,
    ) -> Result<Vec<Vec<R>>, NotesError> {
        let seeds = self.seeds as usize;
        let all = self
            .each(settings.len() * seeds, |i| measure(&settings[i / seeds], (i % seeds) as u64))?;
        let mut all = all.into_iter();
        Ok(settings.iter().map(|_| all.by_ref().take(seeds).collect()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order_at_any_number_of_threads() {
        for count in [1, 2, 3] {
            let lab = Lab { seeds: 3, threads: Threads::new(count).unwrap() };
            let rows = lab.repeat(&[10, 20], |&setting, seed| Ok(setting + seed)).unwrap();
            assert_eq!(rows, [[10, 11, 12], [20, 21, 22]]);
            let failed = lab.each(3, |i| if i == 1 { Err(NotesError::NoSeeds) } else { Ok(i) });
            assert!(matches!(failed, Err(NotesError::NoSeeds)));
        }
    }
}
