//! Linking on macOS, where an extension leaves the interpreter's functions to be found later.

fn main() {
    pyo3_build_config::add_extension_module_link_args();
}
