use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::EXPECT;
use tokio::time::timeout;

use crate::ServeOptions;
use crate::refusal::Refusal;

/// All of the body of a request with this head, within the limits.
pub(crate) async fn read(
    head: &HeaderMap,
    body: Incoming,
    options: &ServeOptions,
) -> Result<Bytes, Refusal> {
    let limit = options.body;
    if body.size_hint().lower() > limit as u64 {
        // Who asks first sends nothing, and to take it would be a yes.
        if !head.contains_key(EXPECT) {
            drain(body);
        }
        return Err(Refusal::too_large(limit));
    }
    match timeout(options.time, whole(body, limit)).await {
        Err(_) => Err(Refusal::too_slow()),
        Ok(read) => read,
    }
}

async fn whole(mut body: Incoming, limit: usize) -> Result<Bytes, Refusal> {
    // Mostly it comes in one piece.
    let (mut whole, mut pieces) = (Bytes::new(), Vec::new());
    while let Some(frame) = body.frame().await {
        // What comes after a body in pieces, as a checksum, is none of it.
        let Ok(piece) = frame.map_err(|_| Refusal::broken_body())?.into_data() else { continue };
        if whole.len() + pieces.len() + piece.len() > limit {
            drain(body);
            return Err(Refusal::too_large(limit));
        }
        if whole.is_empty() && pieces.is_empty() {
            whole = piece;
        } else {
            pieces.extend(std::mem::take(&mut whole));
            pieces.extend(piece);
        }
    }
    Ok(if pieces.is_empty() { whole } else { pieces.into() })
}

/// Takes what is too large and throws it away, as long as the connection may last: a client that is still sending would
/// not see the answer if it ended at once.
fn drain(mut body: Incoming) {
    tokio::spawn(async move { while let Some(Ok(_)) = body.frame().await {} });
}
