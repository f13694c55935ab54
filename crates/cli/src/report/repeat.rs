//! How the run is repeated, and used.

use std::path::Path;

use densely::prelude::*;
use maud::html;

use super::{Section, Sectioned, Shown};
use crate::input::is_piped;
use crate::run_folder::CONFIG;
use crate::shell::quoted;
use crate::split::whole;
use crate::visible::visible;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let (folder, provenance) = (whole(shown.run.folder), &shown.run.provenance);
    let run = quoted(&folder);
    let repeat = format!("densely train --config {}", quoted(&folder.join(CONFIG)));
    let predict = format!("densely predict {run} NEW.csv");
    // What came from a pipe is not there to be read again.
    let data = provenance.options.get("data").map_or("", String::as_str);
    let commands = match is_piped(Path::new(data)) {
        true if data == "-" => vec![format!("{repeat} < DATA"), predict],
        true => vec![format!("{repeat} DATA"), predict],
        false => vec![repeat, predict, format!("densely report {run}")],
    };
    let body = html! {
        @for command in &commands { pre { code { (visible(command)) } } }
        p.note { (visible(&provenance.program)) " trained it on " (visible(&provenance.data)) "." }
        details {
            summary { "All options" }
            div.wide { table {
                @for (name, value) in &provenance.options {
                    @if let Some((name, value)) = as_given(name, value) {
                        tr { th { (visible(&name)) } td { (visible(value)) } }
                    }
                }
            } }
        }
    };
    Ok(Section::new("To repeat it, and to use it", body))
}

/// An option and its value as they are on the command line; `None` of a flag that is not there.
fn as_given<'a>(name: &str, value: &'a str) -> Option<(String, &'a str)> {
    match (name, value) {
        ("data", _) => Some(("DATA".to_owned(), value)),
        (_, "false") => None,
        (_, "true") => Some((format!("--{name}"), "")),
        _ => Some((format!("--{name}"), value)),
    }
}
