//! Predictions of a trained network over HTTP, and a page to try it on.
//!
//! | | |
//! |---|---|
//! | `POST /predict` | rows as JSON or CSV, which become answers as JSON or, if `Accept` says so, CSV: the numbers that `densely predict` writes for them |
//! | `GET /` | a page with a form, which shows the answer and how it moves when a field does |
//! | `GET /schema` | the columns, their kinds and categories, and what is predicted |
//! | `GET /health` | that it answers, and by which model |
//! | `GET /metrics` | measurements in the text form of Prometheus |
//!
//! A [`Server`] keeps to limits of size, time and number ([`ServeOptions`]). It takes another model between two
//! requests, and when it is stopped, what is in work is answered.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//!
//! use densely_data::digits;
//! use densely_formats::{AnyModel, ModelFile, Provenance};
//! use densely_models::{Mlp, Trainer};
//! use densely_serve::{ServeOptions, Server};
//!
//! let (network, trainer) = (Mlp::classifier(64, 10), Trainer::<f32>::default().epochs(1));
//! let (predictor, _) = trainer.fit_predictor(["standardize"], network, &digits())?;
//! let model = AnyModel::F32(ModelFile { predictor, provenance: Provenance::default() });
//!
//! let server = Server::start(model, &ServeOptions::new().listen("127.0.0.1:0".parse()?))?;
//! let mut connection = TcpStream::connect(server.address())?;
//! connection.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")?;
//! let mut answer = [0; 12];
//! connection.read_exact(&mut answer)?;
//! assert_eq!(&answer, b"HTTP/1.1 200");
//! server.stop();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod body;
mod connection;
mod deadline;
mod fields;
mod media;
mod metrics;
mod options;
mod page;
mod refusal;
mod routes;
mod served;
mod server;

pub use options::ServeOptions;
pub use server::{ServeError, Server};
