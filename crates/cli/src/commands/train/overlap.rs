//! Whether what is tested on was learnt from.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use densely::data::Target;
use densely::models::{Finding, Part as ShownPart};
use densely::parts::shortened;
use densely::prelude::*;
use densely::table::{Column, TableError};

use crate::error::CliError;
use crate::output::{counted, eprintln, few, thousands};
use crate::split::copy_among;
use crate::visible::visible;

/// Says of files that they are copies of others.
pub(super) fn tell_copies(data: &[PathBuf], test: &[PathBuf]) -> Result<(), CliError> {
    let tested =
        "all that is tested on has been learnt from, and the test says nothing of new data";
    let twice = "its rows count twice, and some of them are learnt from and held out as well";
    let learnt = data.iter().enumerate().map(|(i, path)| (path, &data[..i], twice));
    for (path, others, what) in test.iter().map(|path| (path, data, tested)).chain(learnt) {
        if let Some(same) = copy_among(path, others)? {
            let (path, same) = (path.display().to_string(), same.display().to_string());
            eprintln!("{}: it is the same as {}: {what}", visible(&path), visible(&same));
        }
    }
    Ok(())
}

/// Rows, and a number for the target of each.
pub(super) struct Targeted<'a> {
    pub(super) rows: Rows<'a>,
    pub(super) targets: &'a Target<f64>,
}

/// Of how many rows it is looked for whether they are alike, at most: it is to take no time beside a training.
const ROWS: usize = 2_000_000;

/// From how many rows on a sample of them tells first whether it is worth to look at all.
const SAMPLED: usize = 50_000;

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

/// That many rows that are held out have the features of rows that are learnt from, where that is no matter of course.
pub(super) fn repeats(
    train: &Targeted<'_>,
    held_out: &Targeted<'_>,
    features: &[&str],
    part: ShownPart,
) -> Result<Option<Finding>, TableError> {
    if train.rows.len() > ROWS || held_out.rows.is_empty() {
        return Ok(None);
    }
    if train.rows.len() > SAMPLED && !may_repeat(&train.rows, &held_out.rows, features)? {
        return Ok(None);
    }
    // Whether there is such a training row, and one with the same target.
    let mut seen: HashMap<u64, HashMap<u64, bool>> = HashMap::new();
    let hashes = held_out.rows.hashes(features.iter().copied())?;
    for (i, hash) in hashes.iter().enumerate() {
        seen.entry(*hash).or_default().insert(target_bits(held_out.targets, i), false);
    }
    let mut known = HashSet::new();
    let learnt = train.rows.hashes(features.iter().copied())?;
    for (i, hash) in learnt.iter().enumerate() {
        if let Some(targets) = seen.get_mut(hash) {
            known.insert(*hash);
            if let Some(is_seen) = targets.get_mut(&target_bits(train.targets, i)) {
                *is_seen = true;
            }
        }
    }
    let of = hashes.len();
    let repeated = || hashes.iter().enumerate().filter(|(_, hash)| known.contains(hash));
    let examples = repeated().count();
    if 10 * examples <= of || !are_of_cases(&train.rows, &learnt, features)? {
        return Ok(None);
    }
    let is_same = |&(i, hash): &(usize, &u64)| seen[hash][&target_bits(held_out.targets, i)];
    let same_target = repeated().filter(is_same).count();
    Ok(Some(Finding::RepeatedExamples { part, examples, of, same_target }))
}

/// Whether rows that are alike are no matter of course: their columns have more combinations than there are rows, and hardly
/// more different rows than one column has values.
fn are_of_cases(rows: &Rows<'_>, hashes: &[u64], features: &[&str]) -> Result<bool, TableError> {
    let distinct = |hashes: &[u64]| hashes.iter().collect::<HashSet<_>>().len();
    let (mut combinations, mut most) = (1_usize, 0);
    for &name in features {
        let own = distinct(&rows.hashes([name])?);
        combinations = combinations.saturating_mul(own);
        most = most.max(own);
    }
    Ok(combinations > rows.len() && distinct(hashes) <= 2 * most)
}

/// A number for the target of an example.
fn target_bits(targets: &Target<f64>, example: usize) -> u64 {
    match targets {
        Target::Classes { labels, .. } => labels[example] as u64,
        Target::Values { values, .. } => (0..values.nrows())
            .map(|k| values[(k, example)].to_bits())
            .fold(0, |bits: u64, own| bits.rotate_left(7) ^ own),
    }
}

/// Says which groups of a test table are those of rows that are learnt from.
pub(super) fn tell_groups(
    column: &str,
    learnt: &Table,
    test: &Table,
    path: &Path,
) -> Result<(), TableError> {
    let Some((both, groups)) = of_both(column, learnt, test, |of| Rows::all(of).groups(column))?
    else {
        return Ok(());
    };
    let (learnt, tested) = groups.split_at(learnt.rows());
    let known: BTreeSet<&usize> = learnt.iter().collect();
    let cells = both.column(column)?;
    let (mut seen, mut shared, mut count) = (BTreeSet::new(), Vec::new(), 0);
    for (group, row) in tested.iter().zip(learnt.len()..) {
        let is_shared = known.contains(group);
        count += usize::from(is_shared);
        if seen.insert(group) && is_shared {
            shared.push(cells.text(row).unwrap_or_default().into_owned());
        }
    }
    if !shared.is_empty() {
        let line = format!(
            "{}: {} of its {} of `{}` are also in what is learnt from ({}), with {}: the test says nothing of \
             new groups for these",
            path.display(),
            thousands(shared.len()),
            counted(seen.len(), "group"),
            shortened(column),
            few(&shared),
            counted(count, "row"),
        );
        eprintln!("{}", visible(&line));
    }
    Ok(())
}

/// Says how many rows of a test table are not after all that is learnt from.
pub(super) fn tell_order(
    column: &str,
    learnt: &Table,
    test: &Table,
    path: &Path,
) -> Result<(), TableError> {
    let Some((_, order)) = of_both(column, learnt, test, |of| Rows::all(of).order(column))? else {
        return Ok(());
    };
    let (before, after) = order.split_at(learnt.rows());
    let last = before.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let early = after.iter().filter(|&&at| at < last).count();
    if early > 0 {
        let line = format!(
            "{}: {} of {} come before the last row of what is learnt from, by `{}`: for these the test is not of \
             the future",
            path.display(),
            thousands(early),
            counted(after.len(), "row"),
            shortened(column),
        );
        eprintln!("{}", visible(&line));
    }
    Ok(())
}

/// A column of what is learnt from, with that of a test table behind it, and what a function makes of both together; where both
/// have it, and the first has no gaps.
///
/// # Errors
/// Of gaps in the test table, that of the function.
fn of_both<T>(
    column: &str,
    learnt: &Table,
    test: &Table,
    make: impl Fn(&Table) -> Result<Vec<T>, TableError>,
) -> Result<Option<(Table, Vec<T>)>, TableError> {
    let Ok(tested) = test.column(column) else { return Ok(None) };
    // Of a gap, the error is of the file that it is in.
    make(test)?;
    let Some(learnt) = learnt.column(column).ok().filter(|learnt| learnt.gaps() == 0) else {
        return Ok(None);
    };
    let of = |column: &Column| Table::from_columns(vec![column.clone()]);
    let both = Table::concat(vec![of(learnt)?, of(tested)?])?;
    let made = make(&both)?;
    Ok(Some((both, made)))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

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
            let targets = |of: &[usize]| Target::Values {
                values: Mat::from_fn(1, of.len(), |_, j| (of[j] % 3) as f64),
                names: vec!["y".to_owned()],
            };
            let (of_learnt, of_held) = (targets(&learnt), targets(&held));
            let learnt = Targeted { rows: Rows::of(&table, &learnt), targets: &of_learnt };
            let held = Targeted { rows: Rows::of(&table, &held), targets: &of_held };
            assert!(learnt.rows.len() > SAMPLED);
            let may = may_repeat(&learnt.rows, &held.rows, &features).unwrap();
            (may, repeats(&learnt, &held, &features, ShownPart::Test).unwrap())
        };
        let (may, finding) = found(rows);
        assert!(!may && finding.is_none(), "{finding:?}");
        let (may, finding) = found(501);
        assert!(may, "a fifth of the held-out rows are of 501 cases");
        let Some(Finding::RepeatedExamples { examples, of, .. }) = finding else {
            panic!("{finding:?}")
        };
        assert_eq!((examples, of), (rows / 20, rows / 4));
    }
}
