use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use densely_formats::AnyModel;
use densely_tensor::Threads;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::select;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::metrics::Metrics;
use crate::served::Served;
use crate::{ServeOptions, connection};

/// Why there is no server.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address is taken, or none of this machine.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system gives no threads.
    #[error("threads cannot be started: {0}")]
    Threads(io::Error),
}

/// A server, which answers on threads of its own from its [`start`](Self::start) to its [`stop`](Self::stop).
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Arc<watch::Sender<bool>>,
    task: JoinHandle<()>,
    runtime: Runtime,
}

/// What all connections have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    served: RwLock<Arc<Served>>,
    pub(crate) metrics: Metrics,
    pub(crate) options: ServeOptions,
    /// A place for each request that may be in work.
    pub(crate) work: Arc<Semaphore>,
    pub(crate) started: Instant,
}

impl Shared {
    fn new(model: AnyModel, options: &ServeOptions) -> Self {
        let served = Served::new(model);
        Self {
            metrics: Metrics::new(&served),
            served: RwLock::new(Arc::new(served)),
            work: Arc::new(Semaphore::new(options.concurrency.min(Semaphore::MAX_PERMITS))),
            started: Instant::now(),
            options: options.clone(),
        }
    }

    /// The model of now.
    pub(crate) fn served(&self) -> Arc<Served> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Server {
    /// Listens, and answers from now on.
    ///
    /// # Errors
    /// If the address cannot be had, or threads cannot.
    pub fn start(model: AnyModel, options: &ServeOptions) -> Result<Self, ServeError> {
        let mut builder = Builder::new_multi_thread();
        let threads = match options.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads if threads > Threads::MOST => {
                let message = format!("{threads} are more than the {} there may be", Threads::MOST);
                return Err(ServeError::Threads(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    message,
                )));
            }
            threads => threads,
        };
        // As many again for requests that take long, so that others do not wait for these.
        builder.worker_threads(threads).max_blocking_threads(threads);
        let runtime = builder.thread_name("serve").enable_io().enable_time().build();
        let runtime = runtime.map_err(ServeError::Threads)?;
        let refused = |source| ServeError::Listen { address: options.listen, source };
        let listener = runtime.block_on(TcpListener::bind(options.listen)).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let shared = Arc::new(Shared::new(model, options));
        let stop = Arc::new(watch::Sender::new(false));
        let task = runtime.spawn(serve(listener, shared.clone(), stop.clone()));
        Ok(Self { address, shared, stop, task, runtime })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Another model for all requests whose bodies come from now on.
    pub fn replace(&self, model: AnyModel) {
        let served = Arc::new(Served::new(model));
        self.shared.metrics.reload(Some(&served));
        *self.shared.served.write().unwrap_or_else(PoisonError::into_inner) = served;
    }

    /// Counts a model that was to take its place and could not be read, for those who watch the metrics.
    pub fn failed_to_replace(&self) {
        self.shared.metrics.reload(None);
    }

    /// Lets nobody in any more, and returns when all that was in work has been answered.
    pub fn stop(self) {
        self.stop.send_replace(true);
        // An error would be a panic, of which there is a message already.
        let _ = self.runtime.block_on(self.task);
        // What nobody waits for any more ends with its thread.
        self.runtime.shutdown_background();
    }
}

/// After so long, a system that had no room for one more connection is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// Lets clients in until it is stopped, and waits for the last of them.
async fn serve(listener: TcpListener, shared: Arc<Shared>, stop: Arc<watch::Sender<bool>>) {
    let most = shared.options.connections();
    let connections = Arc::new(Semaphore::new(most as usize));
    let start = |stream: TcpStream, place: OwnedSemaphorePermit| {
        let connection = connection::serve(stream, shared.clone(), stop.subscribe());
        tokio::spawn(async move {
            connection.await;
            drop(place);
        });
    };
    let accept = async {
        while let Ok(place) = connections.clone().acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => start(stream, place),
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // There is no room for a connection, which changes.
                Err(_) => sleep(PAUSE).await,
            }
        }
    };
    let mut stopped = stop.subscribe();
    select! {
        _ = stopped.wait_for(|stop| *stop) => {}
        () = accept => {}
    }
    // Who has been let in by the system already is answered, too: it is asked itself, since the runtime hears of
    // connections some time after they come.
    if let Ok(listener) = listener.into_std() {
        while let Ok(place) = connections.clone().try_acquire_owned()
            && let Some(stream) = waiting(&listener)
        {
            start(stream, place);
        }
    }
    // No request takes longer to come and be answered.
    let longest = shared.options.time.saturating_mul(2);
    let _ = timeout(longest, connections.acquire_many(most)).await;
}

/// A connection that waits to be accepted; `None` if there is none.
fn waiting(listener: &std::net::TcpListener) -> Option<TcpStream> {
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(true).ok()?;
                return TcpStream::from_std(stream).ok();
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(_) => return None,
        }
    }
}
