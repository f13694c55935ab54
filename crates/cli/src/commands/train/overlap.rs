//! Whether what is tested on was learnt from.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use densely::data::Target;
use densely::models::{Finding, Part as ShownPart};
use densely::parts::shortened;
use densely::prelude::*;
use densely::table::{Column, TableError};

use crate::error::CliError;
use crate::output::{counted, eprintln, few, thousands};
use crate::repeated::Repeated;
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

/// That many rows that are held out have the features of rows that are learnt from, where that is no matter of course.
pub(super) fn repeats(
    train: &Targeted<'_>,
    held_out: &Targeted<'_>,
    features: &[&str],
    part: ShownPart,
) -> Result<Option<Finding>, TableError> {
    let Some(repeated) = Repeated::find(&train.rows, &held_out.rows, features)? else {
        return Ok(None);
    };
    if !repeated.are_of_cases(&train.rows, features)? {
        return Ok(None);
    }
    let with_targets = |hashes: &[u64], targets| {
        let with_target = |(i, hash): (usize, &u64)| (*hash, target_bits(targets, i));
        hashes.iter().enumerate().map(with_target).collect::<Vec<_>>()
    };
    let learnt: HashSet<_> = with_targets(&repeated.learnt, train.targets).into_iter().collect();
    let held_out = with_targets(&repeated.held_out, held_out.targets);
    Ok(Some(Finding::RepeatedExamples {
        part,
        examples: repeated.count,
        of: held_out.len(),
        same_target: held_out.iter().filter(|row| learnt.contains(row)).count(),
    }))
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
