//! `densely man`.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::args::{Cli, ManArgs};
use crate::error::CliError;
use crate::output::{BOLD, counted, eprintln};
use crate::run_folder::no_folder;
use crate::sink::Sink;
use crate::visible::visible;

pub(crate) fn run(args: &ManArgs) -> Result<(), CliError> {
    let folder = &args.folder;
    fs::create_dir_all(folder).map_err(|error| match no_folder(folder, error) {
        CliError::NoFolder { folder, what, .. } => CliError::NoFolderHere { folder, what },
        error => error,
    })?;
    let mut whole = Cli::command();
    // Each command then knows the whole name by which it is called.
    whole.build();
    let commands = whole.get_subcommands().filter(|command| command.get_name() != "help");
    let pages: Vec<_> = commands
        .map(|command| (format!("densely-{}", command.get_name()), command.clone()))
        .chain([("densely".to_owned(), whole.clone())])
        .collect();
    let count = pages.len();
    for (name, command) in pages {
        write(&folder.join(format!("{name}.1")), args.force, command)?;
    }
    let shown = folder.display().to_string();
    eprintln!("  {} in {BOLD}{}{BOLD:#}", counted(count, "page"), visible(&shown));
    Ok(())
}

fn write(path: &Path, force: bool, command: clap::Command) -> Result<(), CliError> {
    let page = Man::new(command);
    Sink::open(Some(path), force, &[])?.fill(|out| page.render(out))
}
