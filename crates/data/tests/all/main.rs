//! One program for all tests, which takes a fraction of the time to compile that one for each
//! file would.

mod dataset;
mod split;
mod stored;
