//! Rows that are held out, and learnt from as well.

use std::collections::{HashMap, HashSet};

use densely::prelude::Rows;
use densely::table::TableError;

/// Of how many rows it is looked for whether they are alike, at most: it is to take no time beside a training.
pub(crate) const ROWS: usize = 2_000_000;

/// From how many rows on a sample of them tells first whether it is worth to look at all.
const SAMPLED: usize = 50_000;

/// Rows with the features of rows that are learnt from.
#[derive(Debug)]
pub(crate) struct Repeated {
    /// How many of those held out.
    pub(crate) count: usize,
    /// A number for the features of each row that is held out, and of each that is learnt from.
    pub(crate) held_out: Vec<u64>,
    pub(crate) learnt: Vec<u64>,
}

impl Repeated {
    /// Those that are more than a tenth of the rows that are held out.
    pub(crate) fn find(
        train: &Rows<'_>,
        held_out: &Rows<'_>,
        features: &[&str],
    ) -> Result<Option<Self>, TableError> {
        if train.len() > ROWS || held_out.is_empty() {
            return Ok(None);
        }
        if train.len() > SAMPLED && !may_repeat(train, held_out, features)? {
            return Ok(None);
        }
        let hashes = |rows: &Rows<'_>| rows.hashes(features.iter().copied());
        let (held_out, learnt) = (hashes(held_out)?, hashes(train)?);
        let known: HashSet<&u64> = learnt.iter().collect();
        let count = held_out.iter().filter(|hash| known.contains(hash)).count();
        let are_many = 10 * count > held_out.len();
        Ok(are_many.then_some(Self { count, held_out, learnt }))
    }

    /// Whether rows that are alike are no matter of course where parts of one table are compared: its columns have more
    /// combinations than there are rows to learn from, `train`, and there are hardly more different rows than one column
    /// has values.
    pub(crate) fn are_of_cases(
        &self,
        train: &Rows<'_>,
        features: &[&str],
    ) -> Result<bool, TableError> {
        let distinct = |hashes: &[u64]| hashes.iter().collect::<HashSet<_>>().len();
        let (mut combinations, mut most) = (1_usize, 0);
        for &name in features {
            let own = distinct(&train.hashes([name])?);
            combinations = combinations.saturating_mul(own);
            most = most.max(own);
        }
        Ok(combinations > train.len() && distinct(&self.learnt) <= 2 * most)
    }

    /// Whether rows are repeated at least twice as often as those that are learnt from repeat each other: by chance,
    /// they would be about as often.
    pub(crate) fn are_copied(&self) -> bool {
        let mut counts: HashMap<u64, usize> = HashMap::new();
        self.learnt.iter().for_each(|hash| *counts.entry(*hash).or_default() += 1);
        let by_chance: usize = counts.into_values().filter(|&count| count > 1).sum();
        let share = |count: usize, of: usize| count as f64 / of as f64;
        share(self.count, self.held_out.len()) > 2.0 * share(by_chance, self.learnt.len())
    }
}

/// Whether more than a twentieth of a sample of held-out rows is learnt from: of those that some columns give one of
/// sixteen numbers, so that of equal rows both are in it or none.
fn may_repeat(
    train: &Rows<'_>,
    held_out: &Rows<'_>,
    features: &[&str],
) -> Result<bool, TableError> {
    const COLUMNS: usize = 4;
    const PART: u64 = 16;
    /// Rows from which on a sample tells something.
    const ENOUGH: usize = 100;
    let first = &features[..COLUMNS.min(features.len())];
    let some = |rows: &Rows<'_>| -> Result<Vec<usize>, TableError> {
        let hashes = rows.hashes(first.iter().copied())?;
        let chosen = hashes.iter().enumerate().filter(|(_, hash)| **hash % PART == 0);
        Ok(chosen.map(|(i, _)| rows.row(i)).collect())
    };
    let (learnt, held) = (some(train)?, some(held_out)?);
    if held.len() < ENOUGH {
        return Ok(true);
    }
    let hashes = |rows: Rows<'_>| rows.hashes(features.iter().copied());
    let learnt: HashSet<u64> = hashes(Rows::of(train.table(), &learnt))?.into_iter().collect();
    let held = hashes(Rows::of(held_out.table(), &held))?;
    Ok(20 * held.iter().filter(|hash| learnt.contains(hash)).count() > held.len())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use densely::prelude::Table;

    use super::*;

    /// Rows of a large table are looked at by a sample first, which does not change what is found.
    #[test]
    fn rows_of_large_tables_that_are_learnt_from_are_found() {
        let (rows, features) = (SAMPLED + 20_000, ["a", "b", "c", "d", "e"]);
        let found = |cases: usize| {
            let mut text = "a,b,c,d,e\n".to_owned();
            for i in 0..rows {
                // Every tenth row is one of few cases that all have.
                let case = if i % 10 == 0 { rows + i / 10 % cases } else { i };
                let bits = (case as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let part = |k: u32| (bits >> (12 * k)) % 4096;
                writeln!(text, "{},{},{},{},{case}", part(0), part(1), part(2), part(3)).unwrap();
            }
            let table = Table::from_reader(text.as_bytes()).unwrap();
            let (held, learnt): (Vec<usize>, Vec<usize>) = (0..rows).partition(|i| i % 4 == 0);
            let (learnt, held) = (Rows::of(&table, &learnt), Rows::of(&table, &held));
            assert!(learnt.len() > SAMPLED);
            let may = may_repeat(&learnt, &held, &features).unwrap();
            (may, Repeated::find(&learnt, &held, &features).unwrap())
        };
        let (may, repeated) = found(rows);
        assert!(!may && repeated.is_none(), "{repeated:?}");
        let (may, repeated) = found(501);
        assert!(may, "a fifth of the held-out rows are of 501 cases");
        let repeated = repeated.unwrap();
        assert_eq!((repeated.count, repeated.held_out.len()), (rows / 20, rows / 4));
    }

    /// Rows of few values are alike by chance, and are so among those that are learnt from, too.
    #[test]
    fn chance_is_told_from_copies() {
        let repeated = |held_out: &[u64], learnt: &[u64]| {
            let count = held_out.iter().filter(|hash| learnt.contains(hash)).count();
            Repeated { count, held_out: held_out.to_vec(), learnt: learnt.to_vec() }.are_copied()
        };
        let all: Vec<u64> = (0..100).collect();
        assert!(repeated(&all, &all[..80]));
        assert!(repeated(&all, &all[..20]));
        let few: Vec<u64> = (0..100).map(|i| i % 7).collect();
        assert!(!repeated(&few, &few));
        // A third of what is learnt from comes twice, and of other rows as many do.
        let some: Vec<u64> = (0..120).map(|i| if i % 3 == 0 { i % 9 } else { 1000 + i }).collect();
        let others: Vec<u64> =
            some.iter().map(|&hash| if hash > 1000 { hash + 1000 } else { hash }).collect();
        assert!(!repeated(&others, &some));
        assert!(repeated(&some, &some));
    }
}
