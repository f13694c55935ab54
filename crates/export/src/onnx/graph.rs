use std::collections::HashSet;

use super::proto::{
    Attribute, BOOL, DOUBLE, Dimension, FLOAT, Graph, INT64, Node, STRING, Shape, Tensor,
    TensorType, Type, ValueInfo,
};

/// The outputs, whose names no input may have.
pub(super) const OUTPUTS: [&str; 4] = ["label", "probabilities", "scores", "values"];

/// A graph that grows node by node. What is between its inputs and outputs has names that begin with
/// `/`; a column of such a name, or of one that an output has, becomes an input with `_in` after it.
#[derive(Debug, Default)]
pub(super) struct Builder {
    graph: Graph,
    inputs: HashSet<String>,
    names: usize,
}

impl Builder {
    fn fresh(&mut self, what: &str) -> String {
        self.names += 1;
        format!("/{what}_{}", self.names)
    }

    /// One more input of the columns of a table: N x `width`.
    pub(super) fn input(&mut self, name: &str, element: i32, width: usize) -> String {
        let mut name = name.to_owned();
        let is_ours =
            |name: &String| name.is_empty() || name.starts_with('/') || OUTPUTS.contains(&&**name);
        if is_ours(&name) {
            name = format!("{}_in", name.trim_start_matches('/'));
        }
        while !self.inputs.insert(name.clone()) {
            name.push_str("_in");
        }
        self.graph.input.push(value(&name, element, Some(width)));
        name
    }

    /// Gives a value out under one of the names of [`OUTPUTS`]: N x `width`, or N.
    pub(super) fn output(&mut self, from: &str, name: &str, element: i32, width: Option<usize>) {
        let is_inner = |node: &Node| node.output[0] == from && !OUTPUTS.contains(&from);
        if self.graph.node.iter().any(is_inner) {
            self.rename(from, name);
        } else {
            self.push("Identity", &[from], name.to_owned(), Vec::new());
        }
        self.graph.output.push(value(name, element, width));
    }

    fn rename(&mut self, from: &str, to: &str) {
        for node in &mut self.graph.node {
            let names = node.input.iter_mut().chain(&mut node.output).chain([&mut node.name]);
            names.filter(|name| *name == from).for_each(|name| to.clone_into(name));
        }
    }

    pub(super) fn node(&mut self, op: &str, inputs: &[&str]) -> String {
        self.with(op, inputs, Vec::new())
    }

    pub(super) fn with(&mut self, op: &str, inputs: &[&str], options: Vec<Attribute>) -> String {
        let output = self.fresh(op);
        self.push(op, inputs, output, options)
    }

    fn push(&mut self, op: &str, from: &[&str], to: String, attribute: Vec<Attribute>) -> String {
        self.graph.node.push(Node {
            input: from.iter().map(|&name| name.to_owned()).collect(),
            output: vec![to.clone()],
            name: to.clone(),
            op_type: op.to_owned(),
            attribute,
        });
        to
    }

    pub(super) fn cast(&mut self, from: &str, element: i32) -> String {
        self.with("Cast", &[from], vec![int("to", element.into())])
    }

    /// Values side by side.
    pub(super) fn concat(&mut self, parts: &[String]) -> String {
        self.concat_along(1, parts)
    }

    /// Values one after the other along an axis.
    pub(super) fn concat_along(&mut self, axis: i64, parts: &[String]) -> String {
        match parts {
            [one] => one.clone(),
            _ => {
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                self.with("Concat", &parts, vec![int("axis", axis)])
            }
        }
    }

    pub(super) fn doubles(&mut self, dims: &[usize], values: &[f64]) -> String {
        self.raw(DOUBLE, dims, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    pub(super) fn floats(&mut self, dims: &[usize], values: &[f32]) -> String {
        self.raw(FLOAT, dims, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    pub(super) fn ints(&mut self, dims: &[usize], values: &[i64]) -> String {
        self.raw(INT64, dims, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    pub(super) fn truths(&mut self, dims: &[usize], values: &[bool]) -> String {
        self.raw(BOOL, dims, values.iter().map(|&value| value.into()).collect())
    }

    fn raw(&mut self, element: i32, dims: &[usize], bytes: Vec<u8>) -> String {
        self.tensor(element, dims, Vec::new(), Some(bytes))
    }

    pub(super) fn texts(&mut self, dims: &[usize], values: &[String]) -> String {
        let values = values.iter().map(|value| value.as_bytes().to_vec()).collect();
        self.tensor(STRING, dims, values, None)
    }

    fn tensor(
        &mut self,
        element: i32,
        dims: &[usize],
        string_data: Vec<Vec<u8>>,
        raw_data: Option<Vec<u8>>,
    ) -> String {
        let name = self.fresh("constant");
        self.graph.initializer.push(Tensor {
            dims: dims.iter().map(|&dim| dim as i64).collect(),
            data_type: Some(element),
            string_data,
            name: name.clone(),
            raw_data,
        });
        name
    }

    pub(super) fn finish(mut self) -> Graph {
        self.graph.name = "predictor".to_owned();
        self.graph
    }
}

pub(super) fn int(name: &str, value: i64) -> Attribute {
    Attribute { name: name.to_owned(), f: None, i: Some(value), kind: Some(2) }
}

pub(super) fn float(name: &str, value: f64) -> Attribute {
    Attribute { name: name.to_owned(), f: Some(value as f32), i: None, kind: Some(1) }
}

fn value(name: &str, element: i32, width: Option<usize>) -> ValueInfo {
    let rows = Dimension { size: None, name: Some("N".to_owned()) };
    let width = width.map(|width| Dimension { size: Some(width as i64), name: None });
    let shape = Shape { dim: [rows].into_iter().chain(width).collect() };
    let tensor = TensorType { element: Some(element), shape: Some(shape) };
    ValueInfo { name: name.to_owned(), kind: Some(Type { tensor: Some(tensor) }) }
}
