//! How the run is repeated, and used.

use densely::prelude::*;
use maud::html;

use super::{Section, Sectioned, Shown};
use crate::run_folder::CONFIG;
use crate::shell::quoted;
use crate::split::whole;
use crate::visible::visible;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let (folder, provenance) = (whole(shown.run.folder), &shown.run.provenance);
    let run = quoted(&folder);
    let commands = [
        format!("densely train --config {}", quoted(&folder.join(CONFIG))),
        format!("densely predict {run} NEW.csv"),
        format!("densely report {run}"),
    ];
    let body = html! {
        @for command in &commands { pre { code { (visible(command)) } } }
        p.note { (visible(&provenance.program)) " trained it on " (visible(&provenance.data)) "." }
        details {
            summary { "All options" }
            div.wide { table {
                @for (name, value) in &provenance.options {
                    tr { th { "--" (visible(name)) } td { (visible(value)) } }
                }
            } }
        }
    };
    Ok(Section::new("To repeat it, and to use it", body))
}
