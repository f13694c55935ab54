use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

use densely_serve::ServeOptions;

use crate::client::{Connection, metric, post};
use crate::models::{ROW, classifier, start};

const JSON: &str = "content-type: application/json\r\n";

#[test]
fn what_is_in_work_is_answered_before_the_end() {
    let server = start(classifier(), &ServeOptions::new());
    let request = post(ROW.as_bytes(), JSON);
    let (beginning, end) = request.split_at(request.len() - 5);
    let mut in_work = Connection::to(server.address());
    in_work.send(beginning);
    let mut idle = Connection::to(server.address());
    assert_eq!(idle.post(ROW.as_bytes(), JSON).status, 200);
    while metric(server.address(), "densely_in_work") != Some(1.0) {
        std::thread::sleep(Duration::from_millis(2));
    }
    let address = server.address();
    let stopping = std::thread::spawn(move || server.stop());
    // Whoever waits for nothing is let go, and nobody else let in.
    assert!(idle.receive().is_none());
    loop {
        match TcpStream::connect(address) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => break,
            _ => std::thread::sleep(Duration::from_millis(2)),
        }
    }
    assert!(!stopping.is_finished());
    in_work.send(end);
    assert_eq!(in_work.receive().unwrap().status, 200);
    assert!(in_work.receive().is_none());
    stopping.join().unwrap();
}

/// Each client of a crowd sends until its connection ends: every request that was answered was answered whole.
#[test]
fn a_stop_under_load_breaks_no_answer() {
    let server = start(classifier(), &ServeOptions::new());
    let address = server.address();
    let clients: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn(move || {
                let mut connection = Connection::to(address);
                let mut answered = 0;
                while connection.try_send(post(ROW.as_bytes(), JSON)).is_ok()
                    && let Some(answer) = connection.receive()
                {
                    assert_eq!(answer.status, 200);
                    assert!(answer.json()["label"].is_string());
                    answered += 1;
                    if answer.header("connection") == Some("close") {
                        break;
                    }
                }
                answered
            })
        })
        .collect();
    while metric(server.address(), "densely_rows_total").unwrap_or_default() < 200.0 {
        std::thread::sleep(Duration::from_millis(2));
    }
    server.stop();
    let answered: usize = clients.into_iter().map(|client| client.join().unwrap()).sum();
    assert!(answered >= 200);
}

/// Requests that came before the stop are answered, also those of connections that nobody has looked at yet.
#[test]
fn what_has_come_before_a_stop_is_answered() {
    for _ in 0..20 {
        let server = start(classifier(), &ServeOptions::new());
        let mut clients: Vec<_> = (0..20).map(|_| Connection::to(server.address())).collect();
        clients.iter_mut().for_each(|client| client.send(post(ROW.as_bytes(), JSON)));
        server.stop();
        for client in &mut clients {
            assert_eq!(client.receive().map(|answer| answer.status), Some(200));
        }
    }
}

#[test]
fn a_server_that_nobody_asks_ends_at_once() {
    start(classifier(), &ServeOptions::new().time(Duration::from_secs(3600))).stop();
}
