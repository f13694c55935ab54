//! A file for each command.

pub(crate) mod evaluate;
pub(crate) mod inspect;
pub(crate) mod notes;
pub(crate) mod predict;
pub(crate) mod train;
