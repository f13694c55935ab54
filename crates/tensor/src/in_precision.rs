use std::any::Any;

/// What `single` or `double` makes, whichever is of the type asked for.
///
/// What is chosen at run time, such as a layer by its name, is made by functions of a known
/// precision, so that its kernels are compiled once, in the crate of that function. Generic
/// functions would be compiled again, with every kernel that they may choose, in every crate,
/// test and example that calls them.
///
/// # Panics
/// If neither is.
#[must_use]
pub fn in_precision<S: Any, D: Any, R: Any>(
    single: impl FnOnce() -> S,
    double: impl FnOnce() -> D,
) -> R {
    let mut made: Option<R> = None;
    let slot: &mut dyn Any = &mut made;
    if let Some(slot) = slot.downcast_mut() {
        *slot = Some(single());
    } else if let Some(slot) = slot.downcast_mut() {
        *slot = Some(double());
    }
    made.expect("a scalar is f32 or f64")
}
