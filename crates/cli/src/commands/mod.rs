//! One file per command.

pub(crate) mod evaluate;
pub(crate) mod export;
pub(crate) mod gradcheck;
pub(crate) mod inspect;
pub(crate) mod notes;
pub(crate) mod predict;
pub(crate) mod preprocess;
pub(crate) mod train;
