use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Where a [`Server`](crate::Server) listens, and its limits.
///
/// A body takes memory while it is read, and some ten times as much while it is in work, as many at a time as
/// there are threads. So `concurrency` times `body` is what a crowd of clients can take.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    pub(crate) listen: SocketAddr,
    pub(crate) body: usize,
    pub(crate) time: Duration,
    pub(crate) concurrency: usize,
    pub(crate) threads: usize,
}

impl ServeOptions {
    /// The port, if no other is said.
    pub const PORT: u16 = 8000;
    /// The most bytes of a body, if no other number is said.
    pub const BODY: usize = 4 << 20;
    /// The time for a request, if no other is said.
    pub const TIME: Duration = Duration::from_secs(30);
    /// The most requests at a time, if no other number is said.
    pub const CONCURRENCY: usize = 128;

    /// `127.0.0.1:8000`, which this machine alone can reach; 4 MiB, 30 s, 128 requests, a thread per processor.
    #[must_use]
    pub fn new() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, Self::PORT).into(),
            body: Self::BODY,
            time: Self::TIME,
            concurrency: Self::CONCURRENCY,
            threads: 0,
        }
    }

    /// Where to listen.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listen
    }

    /// The address to listen on; port 0 for any that is free.
    #[must_use]
    pub fn listen(self, listen: SocketAddr) -> Self {
        Self { listen, ..self }
    }

    /// The most bytes of a body.
    #[must_use]
    pub fn body(self, bytes: usize) -> Self {
        Self { body: bytes, ..self }
    }

    /// How long each may take: a request to come, its answer to go, and the silence between two.
    #[must_use]
    pub fn time(self, time: Duration) -> Self {
        Self { time, ..self }
    }

    /// The most requests for predictions at a time, from their heads to their answers; more are refused at once.
    #[must_use]
    pub fn concurrency(self, requests: usize) -> Self {
        Self { concurrency: requests.max(1), ..self }
    }

    /// The threads; 0 for one per processor. Answers do not depend on it.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// The most connections: those of requests, and as many more to refuse, to be idle, or to be asked how it is.
    pub(crate) fn connections(&self) -> u32 {
        let connections = self.concurrency.saturating_mul(2).saturating_add(64);
        // As many as can be counted everywhere.
        connections.min(1 << 28) as u32
    }
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self::new()
    }
}
