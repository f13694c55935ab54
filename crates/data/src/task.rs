/// What is to be learnt: to tell classes apart, or to predict real values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// The target is one of several classes.
    Classification,
    /// The target is a real number.
    Regression,
}
