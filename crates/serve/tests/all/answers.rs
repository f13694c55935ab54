use densely_data::digits;
use densely_serve::{ServeOptions, Server};
use densely_table::{Column, Table};
use serde_json::{Value, json};

use crate::client::{Connection, ask, metric, predict};
use crate::models::{
    ROW, classifier, expected, f32_model, f64_model, of_digits, of_table, start, table,
};

fn running() -> Server {
    start(classifier(), &ServeOptions::new())
}

fn json_of(table: &Table, row: usize) -> Value {
    let cell = |column: &Column| {
        let value = column.text(row).map(|text| match (column.name(), text.parse::<f64>()) {
            ("age", Ok(number)) => json!(number),
            ("member", _) => json!(text == "yes"),
            _ => json!(text),
        });
        (column.name().to_owned(), value.unwrap_or(Value::Null))
    };
    Value::Object(table.columns().iter().map(cell).collect())
}

/// Every bit of every number, of f32.
fn assert_same(answer: &Value, names: &[String], (label, shares): &(String, Vec<f32>)) {
    assert_eq!(answer["label"], label.as_str());
    assert_eq!(answer["probabilities"].as_object().unwrap().len(), shares.len());
    for (name, share) in names.iter().zip(shares) {
        let got = answer["probabilities"][name].as_number().unwrap().to_string();
        assert_eq!(got.parse::<f32>().unwrap().to_bits(), share.to_bits(), "{name}");
    }
}

#[test]
fn json_has_the_numbers_of_the_predictor() {
    let (table, predictor) = (table(), of_table::<f32>(&table(), "target", 1));
    let names = predictor.preparation().output_names().to_vec();
    let server = running();
    let all: Vec<Value> = (0..table.rows()).map(|row| json_of(&table, row)).collect();
    let answer = predict(server.address(), json!(all).to_string());
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let expected_all = expected(&predictor, &table);
    let answers = answer.json();
    assert_eq!(answers.as_array().unwrap().len(), table.rows());
    for (answer, expected) in answers.as_array().unwrap().iter().zip(&expected_all) {
        assert_same(answer, &names, expected);
    }
    // One row alone is an object, and its answer, too.
    for row in [0, 7] {
        let columns = table.columns().iter().map(|column| column.rows(row..row + 1)).collect();
        let one = expected(&predictor, &Table::from_columns(columns).unwrap());
        assert_same(&predict(server.address(), all[row].to_string()).json(), &names, &one[0]);
    }
}

#[test]
fn csv_in_and_out_has_the_same_numbers() {
    let predictor = of_table::<f32>(&table(), "target", 1);
    let server = running();
    let rows = "since,age,kind,member\n2024-05-06,31.5,pear,yes\n,,\"a \"\"fig\"\", dried\",no\n";
    let mut connection = Connection::to(server.address());
    let csv = connection.post(rows.as_bytes(), "content-type: text/csv\r\naccept: text/csv\r\n");
    assert_eq!((csv.status, csv.header("content-type")), (200, Some("text/csv; charset=utf-8")));
    let expected = expected(&predictor, &Table::from_reader(rows.as_bytes()).unwrap());
    let mut lines = csv.text().lines();
    assert_eq!(lines.next(), Some("target,p_bought,p_left"));
    for (label, shares) in &expected {
        let cells: Vec<&str> = lines.next().unwrap().split(',').collect();
        assert_eq!(cells[0], label);
        let got: Vec<f32> = cells[1..].iter().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(&got, shares);
    }
    let json = connection.post(rows.as_bytes(), "content-type: text/csv; charset=utf-8\r\n");
    assert_same(&json.json()[1], predictor.preparation().output_names(), &expected[1]);
}

#[test]
fn values_are_in_their_units() {
    let text: String = (0..60).map(|i| format!("{i},{}\n", 1000 + 10 * i)).collect();
    let table = Table::from_reader(format!("x,price\n{text}").as_bytes()).unwrap();
    let predictor = of_table::<f64>(&table, "price", 1);
    let x = predictor.preparation().features(&densely_table::Rows::all(&table)).unwrap();
    let answers = predictor.answers(x.as_ref(), &densely_tensor::Threads::single()).unwrap();
    let densely_models::Prediction::Values(values) = answers.prediction().unwrap() else {
        panic!()
    };
    let server = start(f64_model(of_table(&table, "price", 1)), &ServeOptions::new());
    let rows: Vec<Value> = (0..60).map(|i| json!({"x": i})).collect();
    let answer = predict(server.address(), json!(rows).to_string()).json();
    for i in 0..60 {
        let got = answer[i]["values"]["price"].as_f64().unwrap();
        assert_eq!(got.to_bits(), values[(0, i)].to_bits(), "{i}");
    }
    assert_eq!(answer[0].as_object().unwrap().len(), 1);
}

#[test]
fn many_rows_are_answered_in_order() {
    let (digits, predictor) = (digits(), of_digits());
    let columns = digits.feature_names().iter().enumerate().map(|(i, name)| {
        Column::numbers(
            name,
            (0..digits.len()).cycle().take(9000).map(|j| digits.x()[(i, j)]).collect(),
        )
    });
    let table = Table::from_columns(columns.collect()).unwrap();
    let expected = expected(&predictor, &table);
    let mut csv = Vec::new();
    densely_files::write_as(&table, densely_files::Format::Text, &mut csv).unwrap();
    let server = start(f32_model(of_digits()), &ServeOptions::new());
    let answer = Connection::to(server.address()).post(&csv, "content-type: text/csv\r\n");
    let answers = answer.json();
    assert_eq!(answers.as_array().unwrap().len(), 9000);
    let names = predictor.preparation().output_names();
    for (answer, expected) in answers.as_array().unwrap().iter().zip(&expected) {
        assert_same(answer, names, expected);
    }
}

#[test]
fn what_is_there_says_what_it_is() {
    let server = running();
    let health = ask(server.address(), "GET", "/health").json();
    let answered = predict(server.address(), ROW);
    assert_eq!(health["status"], "ok");
    assert_eq!(health["model"].as_str(), answered.header("densely-model"));

    let schema = ask(server.address(), "GET", "/schema").json();
    assert_eq!(schema["outputs"], json!(["bought", "left"]));
    assert_eq!((&schema["task"], &schema["target"]), (&json!("classify"), &json!("target")));
    let columns = schema["columns"].as_array().unwrap();
    let kinds: Vec<_> = columns.iter().map(|column| column["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["number", "category", "boolean", "time"]);
    assert_eq!(columns[1]["categories"], json!(["<b>", "a \"fig\", dried", "apple", "pear"]));
    // What is typical of each column is a row.
    let typical =
        columns.iter().map(|c| (c["name"].as_str().unwrap().to_owned(), c["typical"].clone()));
    let row = Value::Object(typical.collect());
    assert_eq!(predict(server.address(), row.to_string()).status, 200, "{row}");

    let page = ask(server.address(), "GET", "/");
    assert!(page.text().contains("&lt;b&gt;") && !page.text().contains("<b>"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    for (path, kind) in [("/page.js", "text/javascript"), ("/page.css", "text/css")] {
        assert!(
            ask(server.address(), "GET", path).header("content-type").unwrap().starts_with(kind)
        );
    }
    // The head of what there is, and nothing after it.
    let mut connection = Connection::to(server.address());
    connection.send(
        "HEAD /health HTTP/1.1\r\nhost: test\r\n\r\nGET /health HTTP/1.1\r\nhost: test\r\n\r\n",
    );
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head += &String::from_utf8(connection.bytes(1)).unwrap();
    }
    assert!(head.starts_with("HTTP/1.1 200") && connection.bytes(12) == b"HTTP/1.1 200");
}

#[test]
fn what_happens_is_counted() {
    let server = running();
    let rows = format!("[{ROW},{}]", ROW.replace("pear", "plum"));
    assert_eq!(predict(server.address(), &rows).status, 200);
    assert_eq!(predict(server.address(), "{").status, 400);
    assert_eq!(ask(server.address(), "GET", "/nothing").status, 404);
    let metric = |name: &str| metric(server.address(), name);
    assert_eq!(metric("densely_rows_total"), Some(2.0));
    assert_eq!(metric(r#"densely_requests_total{path="/predict",status="200"}"#), Some(1.0));
    assert_eq!(metric(r#"densely_requests_total{path="/predict",status="400"}"#), Some(1.0));
    assert_eq!(metric(r#"densely_requests_total{path="other",status="404"}"#), Some(1.0));
    assert_eq!(metric(r#"densely_other_categories_total{column="kind"}"#), Some(1.0));
    assert_eq!(metric("densely_predict_seconds_count"), Some(2.0));
    assert_eq!(metric(r#"densely_predict_seconds_bucket{le="+Inf"}"#), Some(2.0));
    assert_eq!(metric("densely_in_work"), Some(0.0));
    let counted = ["bought", "left"].map(|label| {
        metric(&format!("densely_predictions_total{{label=\"{label}\"}}")).unwrap_or_default()
    });
    assert_eq!(counted.iter().sum::<f64>(), 2.0);
    let text = ask(server.address(), "GET", "/metrics");
    assert_eq!(text.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let hash = ask(server.address(), "GET", "/health").json()["model"].as_str().unwrap().to_owned();
    assert!(
        text.text().contains(&format!("densely_model{{hash=\"{hash}\",dtype=\"f32\"}} 1")),
        "{}",
        text.text()
    );
}
