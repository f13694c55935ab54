/// The lines of a file on which the rows of a table begin. Where rows follow each other line by
/// line, as nearly everywhere, they take no memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    /// Rows, from 0, and their lines: those after each follow line by line, up to the next.
    starts: Vec<(usize, usize)>,
}

impl Lines {
    /// Adds a row, which is the one after all before.
    pub(crate) fn push(&mut self, row: usize, line: usize) {
        if self.get(row) != Some(line) {
            self.starts.push((row, line));
        }
    }

    /// Adds those of another table, whose first row is then `row`.
    pub(crate) fn append(&mut self, row: usize, other: &Self) {
        for &(start, line) in &other.starts {
            self.push(row + start, line);
        }
    }

    /// The line of a row; `None` if it is not known.
    pub(crate) fn get(&self, row: usize) -> Option<usize> {
        let after = self.starts.partition_point(|&(start, _)| start <= row);
        let (start, line) = *self.starts.get(after.checked_sub(1)?)?;
        Some(line + (row - start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_its_line() {
        let lines = [2, 3, 4, 7, 8, 20];
        let (mut all, mut rest) = (Lines::default(), Lines::default());
        for (row, &line) in lines.iter().enumerate() {
            if row < 4 { all.push(row, line) } else { rest.push(row - 4, line) }
        }
        all.append(4, &rest);
        assert_eq!(all.starts, [(0, 2), (3, 7), (5, 20)]);
        for (row, &line) in lines.iter().enumerate() {
            assert_eq!(all.get(row), Some(line));
        }
        assert_eq!(Lines::default().get(0), None);
    }
}
