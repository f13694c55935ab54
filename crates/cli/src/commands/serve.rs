//! `densely serve`.

use std::time::Duration;

use densely_serve::{ServeOptions, Server};

use crate::args::ServeArgs;
use crate::error::CliError;
use crate::input;
use crate::output::{BOLD, eprintln};
use crate::signals::Signals;
use crate::visible::visible;

pub(crate) fn run(args: &ServeArgs, signals: &Signals) -> Result<(), CliError> {
    let options = ServeOptions::new()
        .listen(args.listen)
        .body(args.max_body)
        .concurrency(args.max_requests)
        .time(Duration::from_secs_f64(args.max_seconds))
        .threads(args.threads);
    // Before it listens: a model that is asked for again at once is there.
    let coming = signals.told();
    let server = Server::start(input::model(&args.model)?, &options)?;
    let (address, model) = (server.address(), args.model.display().to_string());
    eprintln!("{} answers at {BOLD}http://{address}/{BOLD:#}", visible(&model));
    if !address.ip().is_loopback() {
        eprintln!(
            "  others reach it there, too: it asks nobody who they are, and what goes to and fro can be read \
             on the way; let a proxy see to both"
        );
    }
    for signal in &coming {
        if !signal.is_hangup() {
            eprintln!("{}: answers what is in work, and ends", signal.name());
            break;
        }
        match input::model(&args.model) {
            Ok(file) => {
                server.replace(file);
                eprintln!("{} was read again", visible(&model));
            }
            Err(error) => {
                server.failed_to_replace();
                eprintln!("the model stays as it was: {}", visible(&error.to_string()));
            }
        }
    }
    server.stop();
    Ok(())
}
