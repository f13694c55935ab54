//! `densely serve`.

use std::time::Duration;

use densely::formats::AnyModel;
use densely::models::{Model, ModelError};
use densely::tensor::Scalar;
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
    let server = Server::start(model(args)?, &options)?;
    let (address, name) = (server.address(), args.model.display().to_string());
    eprintln!("{} answers at {BOLD}http://{address}/{BOLD:#}", visible(&name));
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
        match model(args) {
            Ok(file) => {
                server.replace(file);
                eprintln!("{} was read again", visible(&name));
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

/// The model, with weights as a row that comes alone wants them.
fn model(args: &ServeArgs) -> Result<AnyModel, CliError> {
    fn packed<T: Scalar>(model: &mut Model<T>, args: &ServeArgs) -> Result<(), ModelError> {
        if args.bf16 {
            model.round_weights_to_bf16();
        }
        Ok(model.pack()?)
    }
    let mut file = input::model(&args.model)?;
    match &mut file {
        AnyModel::F32(file) => packed(file.predictor.model_mut(), args)?,
        AnyModel::F64(file) => packed(file.predictor.model_mut(), args)?,
    }
    Ok(file)
}
