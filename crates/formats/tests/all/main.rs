//! One program for all tests, which takes a fraction of the time to compile that one for each
//! file would.

mod checkpoint_file;
mod model_file;
mod own_parts;
mod saving;
mod whole_file;
