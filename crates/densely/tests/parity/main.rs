//! Agreement with PyTorch and scikit-learn, in double precision: the weights after 100 steps
//! of training from the same ones, and transformations fitted to the same data.
//!
//! The numbers of the others are in the files beside this one; `scripts/parity/generate.py`
//! writes them, and translates where conventions differ. `docs/conventions.md` is about that.
//!
//! `cargo test -p densely --test parity -- --nocapture` prints how far apart results are.

mod agreement;
mod case;
mod draws;
mod layers;
mod losses;
mod optimizers;
mod preprocessing;
mod schedules;
mod training;
