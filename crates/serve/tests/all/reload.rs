use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use densely_serve::ServeOptions;

use crate::client::{Connection, ask, metric, predict};
use crate::models::{ROW, f32_model, of_table, start, table};

/// Under load, every request is answered, and each answer is all of one model.
#[test]
fn no_request_is_lost_when_the_model_is_replaced() {
    let table = table();
    let model = |seed| f32_model(of_table(&table, "target", seed));
    let server = start(model(1), &ServeOptions::new());
    // What each model answers, by its hash.
    let mut expected = HashMap::new();
    for seed in [1, 2] {
        server.replace(model(seed));
        let answer = predict(server.address(), ROW);
        expected.insert(answer.header("densely-model").unwrap().to_owned(), answer.body);
    }
    assert_eq!(expected.len(), 2);
    let done = AtomicBool::new(false);
    let seen: Vec<HashMap<String, usize>> = std::thread::scope(|scope| {
        let client = || {
            let mut connection = Connection::to(server.address());
            let mut seen = HashMap::new();
            while !done.load(Ordering::Relaxed) {
                let answer = connection.post(ROW.as_bytes(), "");
                let hash = answer.header("densely-model").unwrap().to_owned();
                assert_eq!((answer.status, &answer.body), (200, &expected[&hash]));
                *seen.entry(hash).or_default() += 1;
            }
            seen
        };
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(client)).collect();
        for i in 0..20 {
            server.replace(model(1 + i % 2));
        }
        done.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    assert!(seen.iter().all(|seen| seen.len() == 2), "{seen:?}");
    let loaded = r#"densely_reloads_total{outcome="loaded"}"#;
    assert_eq!(metric(server.address(), loaded), Some(22.0));
    server.failed_to_replace();
    let failed = r#"densely_reloads_total{outcome="failed"}"#;
    assert_eq!(metric(server.address(), failed), Some(1.0));
    // One model is served at a time.
    let text = ask(server.address(), "GET", "/metrics");
    assert_eq!(text.text().matches("densely_model{").count(), 1);
}
