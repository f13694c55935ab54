//! A server in this process, and clients of all kinds.

mod answers;
mod client;
mod hostile;
mod limits;
mod models;
mod reload;
mod statuses;
mod stop;
