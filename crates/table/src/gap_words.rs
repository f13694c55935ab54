/// The words of a column that were taken for gaps, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GapWords(Vec<(String, usize)>);

impl GapWords {
    /// Different ones that are kept: more than there usually are.
    const MOST: usize = 16;

    /// Counts a cell. An empty one is no word.
    pub(crate) fn add(&mut self, cell: &str) {
        if !cell.trim().is_empty() {
            self.add_times(cell.trim(), 1);
        }
    }

    fn add_times(&mut self, word: &str, times: usize) {
        match self.0.iter().position(|(known, _)| known == word) {
            Some(at) => self.0[at].1 += times,
            None if self.0.len() < Self::MOST => self.0.push((word.to_owned(), times)),
            None => {}
        }
    }

    pub(crate) fn append(&mut self, other: &Self) {
        other.0.iter().for_each(|(word, times)| self.add_times(word, *times));
    }

    /// The most frequent first.
    pub(crate) fn sorted(&self) -> Vec<(String, usize)> {
        let mut words = self.0.clone();
        words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        words
    }
}
