/// A tensor of numbers, row after row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tensor {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    /// The numbers, unless they are no floats.
    pub(crate) values: Option<Vec<f64>>,
    /// Whether they are in `f64`.
    pub(crate) is_double: bool,
}

impl Tensor {
    /// Its name and its shape, for people.
    pub(crate) fn describe(&self) -> String {
        format!("`{}` {:?}", self.name, self.shape)
    }
}

/// The first of some tensors with their shapes.
pub(crate) fn described<'a>(tensors: impl IntoIterator<Item = &'a Tensor>) -> String {
    const MOST: usize = 12;
    let all: Vec<String> = tensors.into_iter().map(Tensor::describe).collect();
    match all.len().checked_sub(MOST) {
        None | Some(0) => all.join(", "),
        Some(more) => format!("{} and {more} more", all[..MOST].join(", ")),
    }
}
