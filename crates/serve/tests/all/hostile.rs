use std::sync::LazyLock;

use densely_layers::{Activation, Linear, Sequential};
use densely_loss::SoftmaxCrossEntropy;
use densely_models::{Model, Predictor};
use densely_serve::{ServeOptions, Server};
use densely_tensor::{Mat, Real};
use proptest::prelude::*;

use crate::client::{Connection, ask, metric, post};
use crate::models::{ROW, classifier, f32_model, of_table, start, table};

static SERVER: LazyLock<Server> = LazyLock::new(|| start(classifier(), &ServeOptions::new()));

/// Rows with a few bytes of them changed, or anything.
fn body(rows: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), any::<u8>(), 0..3_usize);
    let edited = prop::collection::vec(edit, 1..6).prop_map(move |edits| {
        let mut bytes = rows.as_bytes().to_vec();
        for (at, byte, how) in edits {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => bytes.truncate(at + 1),
            }
        }
        bytes
    });
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"age\"",
        "\"kind\"",
        "\"member\"",
        "\"since\"",
        "1",
        "-0",
        "1e308",
        "null",
        "true",
        "\"\"",
        "\"2024-01-01\"",
        "\"-9999-12-31\"",
        "\"\\ud800\"",
        "\"\u{0}\"",
        "\n",
        ";",
        "\t",
        "age",
    ]);
    let joined =
        prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![4 => edited, 2 => joined, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

const ROWS: &str =
    "age,kind,member,since\n31.5,pear,yes,2024-05-06\n-1e300,\"a,b\",no,2024-05-06T01:02:03Z\n";

fn assert_answered(body: &[u8], headers: &str) {
    let answer = Connection::to(SERVER.address()).post(body, headers);
    match answer.status {
        200 => assert!(!answer.body.is_empty()),
        400 => drop(answer.refusal()),
        other => panic!("{other} for {:?}", String::from_utf8_lossy(body)),
    }
}

/// A unit that ends whoever asks it.
#[derive(Debug, Clone)]
struct Broken;

impl Activation for Broken {
    fn f<R: Real>(&self, _: R) -> R {
        panic!("a unit that is broken")
    }

    fn df<R: Real>(&self, _: R, _: R) -> R {
        R::ONE
    }
}

#[test]
fn a_mistake_in_a_layer_ends_one_request_alone() {
    let sound = of_table::<f32>(&table(), "target", 1);
    let inputs = sound.model().inputs();
    let last = Linear::from_parts(Mat::zeros(2, inputs), Mat::zeros(2, 1)).unwrap();
    let network = Sequential::new(inputs).unwrap().with(Broken).unwrap().with(last).unwrap();
    let model = Model::new(network, SoftmaxCrossEntropy::new());
    let broken = Predictor::new(sound.preparation().clone(), model).unwrap();
    let server = start(f32_model(broken), &ServeOptions::new());
    let mut connection = Connection::to(server.address());
    // One row, which is answered at once, and many, which are not.
    for body in [ROW.to_owned(), format!("[{}{ROW}]", format!("{ROW},").repeat(999))] {
        let answer = connection.post(body.as_bytes(), "");
        assert_eq!(answer.status, 500);
        answer.refusal();
    }
    assert_eq!(metric(server.address(), "densely_in_work"), Some(0.0));
    server.replace(classifier());
    assert_eq!(connection.post(ROW.as_bytes(), "").status, 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_json_is_answered_or_refused(body in body(ROW)) {
        assert_answered(&body, "content-type: application/json\r\nconnection: close\r\n");
    }

    #[test]
    fn any_csv_is_answered_or_refused(body in body(ROWS)) {
        assert_answered(&body, "content-type: text/csv\r\nconnection: close\r\n");
    }

    /// Whatever comes instead of a request.
    #[test]
    fn any_bytes_are_survived(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        bytes in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut request = post(ROW.as_bytes(), "content-type: application/json\r\n");
        for (at, byte) in edits {
            let at = at.index(request.len());
            request[at] = byte;
        }
        for bytes in [request, bytes] {
            let mut connection = Connection::to(SERVER.address());
            // It may have been refused before its end.
            let _ = connection.try_send(bytes);
            connection.no_more();
            if let Some(answer) = connection.receive() {
                prop_assert!(answer.status < 500 || answer.status == 501 || answer.status == 505, "{answer:?}");
            }
        }
        prop_assert_eq!(ask(SERVER.address(), "GET", "/health").status, 200);
    }
}
