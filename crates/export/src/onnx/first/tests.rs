//! The nodes are carried out, and compared with the plan.

use std::collections::HashMap;

use densely_models::Predictor;
use densely_table::{Rows, Table};

use super::outputs;
use crate::onnx::columns::Inputs;
use crate::onnx::graph::Builder;
use crate::onnx::proto;
use crate::plan::Plan;
use crate::testing::{of_table, of_text};

#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Number(f64),
    Text(String),
}

/// Rows and columns.
#[derive(Debug, Clone)]
struct Value {
    shape: [usize; 2],
    cells: Vec<Cell>,
}

impl Value {
    fn of(shape: [usize; 2], cell: impl Fn(usize, usize) -> Cell) -> Self {
        let cells = (0..shape[0] * shape[1]).map(|at| cell(at / shape[1], at % shape[1])).collect();
        Self { shape, cells }
    }

    /// That of a single row or column is that of all.
    fn at(&self, i: usize, j: usize) -> &Cell {
        let [rows, columns] = self.shape;
        &self.cells[if rows == 1 { 0 } else { i } * columns + if columns == 1 { 0 } else { j }]
    }

    fn number(&self, i: usize, j: usize) -> f64 {
        match self.at(i, j) {
            Cell::Number(number) => *number,
            Cell::Text(text) => panic!("{text} is no number"),
        }
    }

    fn constant(tensor: &proto::Tensor) -> Self {
        let mut shape = [1, 1];
        // Of three dimensions there are values x 1 x 1.
        let from = 2_usize.saturating_sub(tensor.dims.len());
        tensor.dims.iter().zip(&mut shape[from..]).for_each(|(&dim, size)| *size = dim as usize);
        let bytes = tensor.raw_data.as_deref().unwrap_or_default();
        let cell = |at: usize| match tensor.data_type.unwrap() {
            proto::FLOAT => f32::from_le_bytes(bytes[4 * at..][..4].try_into().unwrap()).into(),
            proto::DOUBLE => f64::from_le_bytes(bytes[8 * at..][..8].try_into().unwrap()),
            _ => i64::from_le_bytes(bytes[8 * at..][..8].try_into().unwrap()) as f64,
        };
        Self::of(shape, |i, j| match tensor.string_data.get(i * shape[1] + j) {
            Some(text) => Cell::Text(String::from_utf8(text.clone()).unwrap()),
            None => Cell::Number(cell(i * shape[1] + j)),
        })
    }
}

fn carry_out(graph: &proto::Graph, feed: HashMap<String, Value>) -> Value {
    let mut known = feed;
    for tensor in &graph.initializer {
        known.insert(tensor.name.clone(), Value::constant(tensor));
    }
    let mut last = String::new();
    for node in &graph.node {
        let of = |name: &str| {
            let option = node.attribute.iter().find(|attribute| attribute.name == name);
            option.and_then(|attribute| attribute.i).unwrap_or(0)
        };
        let inputs: Vec<&Value> = node.input.iter().map(|name| &known[name]).collect();
        let value = operation(&node.op_type, &inputs, of);
        known.insert(node.output[0].clone(), value);
        last.clone_from(&node.output[0]);
    }
    known.remove(&last).unwrap()
}

fn operation(op: &str, inputs: &[&Value], of: impl Fn(&str) -> i64) -> Value {
    let wide = inputs.iter().fold([0, 0], |[rows, columns], value| {
        [rows.max(value.shape[0]), columns.max(value.shape[1])]
    });
    let numbers = |f: fn(f64, f64) -> f64| {
        let f = move |i, j| Cell::Number(f(inputs[0].number(i, j), inputs[1].number(i, j)));
        Value::of(wide, f)
    };
    match op {
        "Add" => numbers(|a, b| a + b),
        "Sub" => numbers(|a, b| a - b),
        "Mul" => numbers(|a, b| a * b),
        "Div" => numbers(|a, b| a / b),
        "Cast" => Value::of(wide, |i, j| Cell::Number(f64::from(inputs[0].number(i, j) as f32))),
        // Texts, N x 1, and values x 1 x 1: values x N.
        "Equal" => Value::of([inputs[1].cells.len(), inputs[0].cells.len()], |i, j| {
            Cell::Number(f64::from(u8::from(inputs[0].at(j, 0) == inputs[1].at(i, 0))))
        }),
        // Of values x N x 1, which are values x N here.
        "Flatten" => Value { shape: inputs[0].shape, cells: inputs[0].cells.clone() },
        "IsNaN" => Value::of(wide, |i, j| {
            Cell::Number(f64::from(u8::from(inputs[0].number(i, j).is_nan())))
        }),
        // Of NaN and of what is below every number.
        "ThresholdedRelu" => Value::of(wide, |i, j| {
            Cell::Number(
                Some(inputs[0].number(i, j)).filter(|&x| x > f32::MIN.into()).unwrap_or(0.0),
            )
        }),
        "Gather" => {
            let (places, axis) = (inputs[1], of("axis"));
            let place = |at: usize| places.number(0, at) as usize;
            let mut shape = inputs[0].shape;
            shape[axis as usize] = places.cells.len();
            Value::of(shape, |i, j| {
                let (i, j) = if axis == 0 { (place(i), j) } else { (i, place(j)) };
                inputs[0].at(i, j).clone()
            })
        }
        "Concat" => {
            let axis = of("axis") as usize;
            let mut shape = inputs[0].shape;
            shape[axis] = inputs.iter().map(|value| value.shape[axis]).sum();
            Value::of(shape, |i, j| {
                let mut at = [i, j];
                let part = inputs.iter().find(|part| {
                    let is_in = at[axis] < part.shape[axis];
                    at[axis] -= if is_in { 0 } else { part.shape[axis] };
                    is_in
                });
                part.unwrap().cells[at[0] * part.unwrap().shape[1] + at[1]].clone()
            })
        }
        "Gemm" => {
            let [x, weight, bias] = inputs else { panic!("three inputs") };
            let [outputs, width] = weight.shape;
            let is_turned = of("transA") == 1;
            let rows = x.shape[usize::from(is_turned)];
            Value::of([rows, outputs], |row, output| {
                let x = |k| if is_turned { x.number(k, row) } else { x.number(row, k) };
                let sum: f64 = (0..width).map(|k| x(k) * weight.number(output, k)).sum();
                Cell::Number(sum + bias.number(row, output))
            })
        }
        other => panic!("{other} is not carried out here"),
    }
}

/// The first layer by the graph and by the plan, of each row of a table.
fn compare(
    predictor: &Predictor<f32>,
    text: &str,
    columns: &[(&str, &[f64])],
    texts: &[(&str, &[&str])],
) {
    let mut plan = Plan::of(predictor).unwrap();
    let mut builder = Builder::default();
    let inputs = Inputs::of(&mut builder, &plan);
    outputs(&mut builder, &inputs, &plan).expect("it is in one with the first layer");
    let graph = builder.finish();
    let column = |values: &[f64]| Value::of([values.len(), 1], |i, _| Cell::Number(values[i]));
    let mut feed: HashMap<String, Value> =
        columns.iter().map(|&(name, values)| (name.to_owned(), column(values))).collect();
    for &(name, texts) in texts {
        let value = Value::of([texts.len(), 1], |i, _| Cell::Text(texts[i].to_owned()));
        feed.insert(name.to_owned(), value);
    }
    let rows = columns[0].1.len();
    let x = Value::of([rows, columns.len()], |i, j| Cell::Number(columns[j].1[i]));
    feed.insert("x".to_owned(), x);
    let is = carry_out(&graph, feed);
    let table = Table::from_reader(text.as_bytes()).unwrap();
    let features = predictor.preparation().features(&Rows::all(&table)).unwrap();
    plan.layers.truncate(1);
    assert_eq!((is.shape[0], features.ncols()), (rows, rows));
    for row in 0..rows {
        let features: Vec<f64> = (0..features.nrows()).map(|i| features[(i, row)]).collect();
        for (output, should) in plan.evaluate(&features).into_iter().enumerate() {
            let (is, should) = (is.number(row, output), f64::from(should));
            assert!((is - should).abs() < 1e-5 * should.abs().max(1.0), "{row}: {is}, {should}");
        }
    }
}

const GAP: f64 = f64::NAN;

#[test]
fn columns_with_gaps_texts_and_times() {
    let text = "label,kind,on,day\n12.5,pear,yes,2024-03-05\nNA,apple,no,2024-07-01\n\
                1000.0,plum,,2024-03-05\n7.5,,yes,\n";
    let seconds: [f64; 4] = [1_709_596_800.0, 1_719_792_000.0, 1_709_596_800.0, GAP];
    let columns: &[(&str, &[f64])] = &[
        ("label_in", &[12.5, GAP, 1000.0, 7.5]),
        ("on", &[1.0, 0.0, GAP, 1.0]),
        ("day: month", &[3.0, 7.0, 3.0, GAP]),
        ("day: weekday", &[2.0, 1.0, 2.0, GAP]),
        ("day: seconds", &seconds),
    ];
    compare(&of_table(&[], false), text, columns, &[("kind", &["pear", "apple", "plum", ""])]);
}

#[test]
fn a_matrix_of_numbers_with_gaps() {
    let text = "label,on\n12.5,yes\nNA,no\n1000.0,\n";
    let columns: &[(&str, &[f64])] = &[("label", &[12.5, GAP, 1000.0]), ("on", &[1.0, 0.0, GAP])];
    compare(&of_table(&["kind", "day"], false), text, columns, &[]);
}

/// What stands for gaps is subtracted, and 0 where the gap is a feature: both give what the plan does.
#[test]
fn gaps_are_filled_whether_they_are_features_or_not() {
    let of = |gaps_in_b: usize, shift: f64| {
        let mut text = "a,b,y\n".to_owned();
        for row in 0..200 {
            let cell = |step: usize, value: f64| match row % step {
                1 => "NA".to_owned(),
                _ => value.to_string(),
            };
            let (a, b) = (cell(5, shift + (row * row % 31) as f64), cell(gaps_in_b, row as f64));
            text += &format!("{a},{b},{row}\n");
        }
        of_text(&text, &[], false)
    };
    for shift in [0.0, 1e9] {
        for (gaps_in_b, features) in [(4, 4), (1_000, 3)] {
            let predictor = of(gaps_in_b, shift);
            assert_eq!(predictor.preparation().feature_names().len(), features);
            let a = [shift + 3.0, GAP, shift + 40.0, GAP];
            let rows = format!("a,b\n{},1\nNA,5\n{},NA\nNA,NA\n", a[0], a[2]);
            compare(&predictor, &rows, &[("a", &a), ("b", &[1.0, 5.0, GAP, GAP])], &[]);
        }
    }
}

/// Rare texts are others.
#[test]
fn other_texts_are_what_is_missing_to_1() {
    let mut text = "a,kind,y\n".to_owned();
    for row in 0..200 {
        let kind = if row % 10 == 0 { format!("rare {row}") } else { ["x", "z"][row % 2].into() };
        text += &format!("{}.5,{kind},{row}\n", row * row % 31);
    }
    let predictor = of_text(&text, &[], false);
    let names = predictor.preparation().feature_names();
    assert!(names.iter().any(|name| name == "kind is another"), "{names:?}");
    let rows = "a,kind\n1,x\n2,z\n3,new\n1e6,rare 0\n";
    let columns: &[(&str, &[f64])] = &[("a", &[1.0, 2.0, 3.0, 1e6])];
    compare(&predictor, rows, columns, &[("kind", &["x", "z", "new", "rare 0"])]);
}
