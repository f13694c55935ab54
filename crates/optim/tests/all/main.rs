//! One program for all tests, which takes a fraction of the time to compile that one for each
//! file would.

mod common;
mod convergence;
mod equations;
mod kinds;
mod limits;
mod options;
mod schedules;
mod state;
