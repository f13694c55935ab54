use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::select;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::deadline::Deadline;
use crate::routes;
use crate::server::Shared;

/// The most bytes of the head of a request.
const HEAD: usize = 1 << 16;

/// After a stop, until the last request of a connection is the one that has come.
const HEARD: Duration = Duration::from_millis(10);

/// Answers what comes on a connection, until its end, or until the server stops: then what has come is still
/// answered.
pub(crate) async fn serve(stream: TcpStream, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    // An answer is written at once, and waits for nothing.
    let _ = stream.set_nodelay(true);
    let deadline = Arc::new(Deadline::new(shared.options.time));
    let service = service_fn(|request| {
        let (shared, deadline) = (shared.clone(), deadline.clone());
        async move {
            deadline.suspend();
            let response = routes::answer(&shared, request).await;
            deadline.put_off();
            Ok::<_, Infallible>(response)
        }
    });
    let http =
        http1::Builder::new().max_buf_size(HEAD).serve_connection(TokioIo::new(stream), service);
    // The runtime hears of bytes some time after they come, and of all that came before a stop until then.
    let last = async {
        let _ = stop.wait_for(|stop| *stop).await;
        sleep(HEARD).await;
    };
    let (mut connection, mut passed, mut last) = (pin!(http), pin!(deadline.passed()), pin!(last));
    let mut stops = false;
    loop {
        select! {
            biased;
            // First, so that what has come is read before the connection learns that it is the last.
            _ = connection.as_mut() => return,
            () = passed.as_mut() => return,
            () = last.as_mut(), if !stops => {
                stops = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
