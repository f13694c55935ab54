use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response};
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::answer::Answer;
use crate::body::read;
use crate::media::Media;
use crate::refusal::Refusal;
use crate::served::Served;
use crate::server::Shared;
use crate::{metrics, page};

type Answered = Response<Full<Bytes>>;

/// The answer to a request, also if that is that there is none.
pub(crate) async fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Answered {
    let started = Instant::now();
    let path = ["/predict", "/", "/schema", "/health", "/metrics", "/page.css", "/page.js"]
        .into_iter()
        .find(|path| *path == request.uri().path());
    let answered = match path {
        Some("/predict") => {
            let answered = predict(shared, request).await;
            shared.metrics.took(started.elapsed());
            answered
        }
        Some(path) => look(shared, request.method(), path),
        None => Err(Refusal::not_found()),
    };
    let mut response = answered.unwrap_or_else(|refusal| refused(&refusal));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    shared.metrics.request(path.unwrap_or("other"), response.status().as_u16());
    response
}

fn refused(refusal: &Refusal) -> Answered {
    let mut response = response("application/json", refusal.body());
    *response.status_mut() = refusal.status;
    if let Some((name, value)) = &refusal.header {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn response(content_type: &'static str, body: impl Into<Bytes>) -> Answered {
    let mut response = Response::new(Full::new(body.into()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// What is there to be looked at.
fn look(shared: &Shared, method: &Method, path: &str) -> Result<Answered, Refusal> {
    if method != Method::GET && method != Method::HEAD {
        return Err(Refusal::method("GET, HEAD"));
    }
    let served = shared.served();
    Ok(match path {
        "/" => {
            let mut response = response("text/html; charset=utf-8", served.page.clone());
            let policy = HeaderValue::from_static(page::POLICY);
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
            response
        }
        "/page.css" => response("text/css; charset=utf-8", page::STYLE),
        "/page.js" => response("text/javascript; charset=utf-8", page::SCRIPT),
        "/schema" => response("application/json", served.schema.clone()),
        "/metrics" => response(metrics::CONTENT_TYPE, shared.metrics.text()),
        _ => {
            let seconds = shared.started.elapsed().as_secs();
            let health = json!({"status": "ok", "model": served.hash, "seconds": seconds});
            response("application/json", health.to_string())
        }
    })
}

async fn predict(shared: &Arc<Shared>, request: Request<Incoming>) -> Result<Answered, Refusal> {
    if request.method() != Method::POST {
        return Err(Refusal::method("POST"));
    }
    let place = shared.work.clone().try_acquire_owned().map_err(|_| Refusal::busy())?;
    let in_work = InWork::new(shared);
    let (head, body) = request.into_parts();
    let (from, to) = (Media::of_body(&head.headers)?, Media::of_answer(&head.headers));
    let body = read(&head.headers, body, &shared.options).await?;
    let served = shared.served();
    let (answer, served) = match served.is_quick(body.len()) {
        true => (work(&served, &body, from, to), served),
        false => {
            // It has its place until it is done, also if nobody waits for it any more.
            let work = move || {
                let _held = (place, in_work);
                (work(&served, &body, from, to), served)
            };
            spawn_blocking(work).await.map_err(|_| Refusal::failed())?
        }
    };
    let answer = answer?;
    shared.metrics.answered(&answer, &served);
    let mut response = response(to.content_type(), answer.body);
    // Of which model the answer is, whatever takes its place meanwhile.
    if let Ok(hash) = HeaderValue::from_str(&served.hash) {
        response.headers_mut().insert("densely-model", hash);
    }
    Ok(response)
}

/// The answer, also if there is a mistake in what makes it.
fn work(served: &Served, body: &[u8], from: Media, to: Media) -> Result<Answer, Refusal> {
    let answer = || served.answer(body, from, to);
    catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|_| Err(Refusal::failed()))
}

/// A request that is in work, as long as this is there.
struct InWork(Arc<Shared>);

impl InWork {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.metrics.in_work.inc();
        Self(shared.clone())
    }
}

impl Drop for InWork {
    fn drop(&mut self) {
        self.0.metrics.in_work.dec();
    }
}
