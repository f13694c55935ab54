use std::collections::HashSet;

use csv::StringRecord;
use densely_tensor::Mat;

use crate::classes::{Classes, labels, sorted_classes};
use crate::table::{Targets, number};
use crate::{DataError, Dataset, Table, Task};

/// Which columns of a table are what. The default is to predict the last column from all
/// others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatasetOptions {
    /// The column to predict; the last one that is not dropped if `None`.
    pub target: Option<String>,
    /// Columns to leave out.
    pub drop: Vec<String>,
    /// What is to be learnt; told from the target if `None` (see [`Table::dataset`]).
    pub task: Option<Task>,
}

/// From a table to examples.
impl Table {
    /// The examples of the table: a row is an example, and every column is a feature,
    /// except the target and those to drop.
    ///
    /// Unless `options` say what the task is, the target tells. It is regression if the
    /// numbers in the target include one that is not an integer, or more than 20 distinct
    /// values; otherwise, and if nothing in it is a number, it is classification.
    ///
    /// Classes are named as they are written, and sorted: by value if all are numbers,
    /// otherwise by character. A label is text, and of the class of that text, unless it is
    /// written as a number without zeros before it: those of the same value (`1`, `1.0`, `1e0`)
    /// are the same class, whatever other labels there are, and
    /// [`other_spellings`](Self::other_spellings) finds them. `007` is text; and
    /// `9007199254740992` and `9007199254740993` are two numbers.
    ///
    /// Every cell of a feature must hold a finite number. A target must not be missing:
    /// empty, or `NA`, `N/A`, `NaN` or `null` in any case.
    ///
    /// # Errors
    /// [`DataError::UnknownColumn`], [`DataError::TargetDropped`], [`DataError::NoTarget`]
    /// and [`DataError::NoFeatures`] for columns; [`DataError::FeatureNotNumeric`],
    /// [`DataError::TargetNotNumeric`] and [`DataError::TargetMissing`] for a cell;
    /// [`DataError::OneClass`] for a target to classify that never changes.
    ///
    /// ```
    /// use densely_data::{DatasetOptions, Table};
    ///
    /// let text = "id,size,weight,kind\n1,2.5,10,pear\n2,3,12,apple\n3,2,9,pear\n";
    /// let table = Table::from_reader(text.as_bytes(), b',')?;
    /// let options = DatasetOptions { drop: vec!["id".into()], ..Default::default() };
    /// let dataset = table.dataset(&options)?;
    /// assert_eq!(dataset.feature_names(), ["size", "weight"]);
    /// assert_eq!(dataset.target_name(), "kind");
    /// assert_eq!(dataset.class_names().unwrap(), ["apple", "pear"]);
    /// assert_eq!(dataset.labels().unwrap(), [1, 0, 1]);
    /// # Ok::<(), densely_data::DataError>(())
    /// ```
    pub fn dataset(&self, options: &DatasetOptions) -> Result<Dataset<f64>, DataError> {
        let target = self.target(options)?;
        let positions = self.positions();
        let find = |name: &String| match positions.get(name.as_str()) {
            Some(&position) => Ok(position),
            None => self.find(name),
        };
        let dropped: HashSet<usize> = options.drop.iter().map(find).collect::<Result<_, _>>()?;
        let features: Vec<usize> = (0..self.columns().len())
            .filter(|column| *column != target && !dropped.contains(column))
            .collect();
        if features.is_empty() {
            return Err(DataError::NoFeatures { target: self.columns()[target].clone() });
        }
        let (x, Targets { cells, places }) = self.numbers(&features, Some(target))?;
        self.check_present(target, &cells)?;
        let dataset = match options.task.unwrap_or_else(|| Task::suggested_by(&cells)) {
            Task::Regression => self.regression(x, target, &cells)?,
            Task::Classification => {
                let classes = sorted_classes(cells.iter());
                if let [class] = &classes[..] {
                    let target = self.columns()[target].clone();
                    let (class, examples) = (class.clone(), cells.len());
                    return Err(DataError::OneClass { target, class, examples });
                }
                self.classification(x, target, &cells, &classes)?
            }
        };
        let names = features.iter().map(|&column| self.columns()[column].as_str());
        let dataset = dataset.with_feature_names(names)?.with_places(places)?;
        Ok(dataset.with_target_name(&self.columns()[target]))
    }

    /// The examples of the table with given features and classes, to evaluate a
    /// model that was trained on others. Other columns are ignored.
    ///
    /// `classes` are the names of the classes in the order of the model's outputs, of which
    /// some may not occur; `None` stands for regression.
    ///
    /// # Errors
    /// [`DataError::Shape`] for no features; [`DataError::MissingFeatures`],
    /// [`DataError::UnknownColumn`] for the target, and [`DataError::DuplicateName`] for
    /// columns and classes; [`DataError::FeatureNotNumeric`], [`DataError::TargetNotNumeric`],
    /// [`DataError::TargetMissing`] and [`DataError::UnknownClass`] for a cell.
    ///
    /// ```
    /// use densely_data::{DatasetOptions, Table};
    ///
    /// let table = Table::from_reader("size,kind\n2,pear\n3,apple\n".as_bytes(), b',')?;
    /// let train = table.dataset(&DatasetOptions::default())?;
    /// let table = Table::from_reader("kind,day,size\npear,7,2.5\n".as_bytes(), b',')?;
    /// let test = table.dataset_for(train.feature_names(), "kind", train.class_names())?;
    /// assert_eq!(test.labels().unwrap(), [1]);
    /// # Ok::<(), densely_data::DataError>(())
    /// ```
    pub fn dataset_for(
        &self,
        features: &[impl AsRef<str>],
        target: &str,
        classes: Option<&[String]>,
    ) -> Result<Dataset<f64>, DataError> {
        let (columns, column) = (self.find_all(features)?, self.find(target)?);
        let (x, Targets { cells, places }) = self.numbers(&columns, Some(column))?;
        self.check_present(column, &cells)?;
        let dataset = match classes {
            None => self.regression(x, column, &cells)?,
            Some(classes) => self.classification(x, column, &cells, classes)?,
        };
        let names = features.iter().map(AsRef::as_ref);
        Ok(dataset.with_feature_names(names)?.with_places(places)?.with_target_name(target))
    }

    /// The labels in a column that are of one of these classes and spelt otherwise than its name,
    /// each once, with that name.
    ///
    /// # Errors
    /// [`DataError::UnknownColumn`].
    ///
    /// ```
    /// use densely_data::{DatasetOptions, Table};
    ///
    /// let table = Table::from_reader("size,kind\n2,1\n3,a\n4,1.0\n".as_bytes(), b',')?;
    /// let train = table.dataset(&DatasetOptions::default())?;
    /// assert_eq!(train.class_names().unwrap(), ["1", "a"]);
    /// let spelt = table.other_spellings("kind", train.class_names().unwrap())?;
    /// assert_eq!(spelt, [("1.0".to_owned(), "1".to_owned())]);
    /// # Ok::<(), densely_data::DataError>(())
    /// ```
    pub fn other_spellings(
        &self,
        target: &str,
        classes: &[String],
    ) -> Result<Vec<(String, String)>, DataError> {
        let (column, names) = (self.find(target)?, classes);
        let (classes, mut seen, mut spelt) = (Classes::new(names), HashSet::new(), Vec::new());
        self.for_each_cell(column, |cell| {
            if !classes.is_name(cell)
                && let Some(class) = classes.of(cell)
                && seen.insert(cell.to_owned())
            {
                spelt.push((cell.to_owned(), names[class].clone()));
            }
        });
        Ok(spelt)
    }

    fn target(&self, options: &DatasetOptions) -> Result<usize, DataError> {
        let dropped: HashSet<&String> = options.drop.iter().collect();
        match &options.target {
            Some(name) if dropped.contains(name) => Err(DataError::TargetDropped(name.clone())),
            Some(name) => self.find(name),
            None => {
                let kept = |column: &String| !dropped.contains(column);
                self.columns().iter().rposition(kept).ok_or(DataError::NoTarget)
            }
        }
    }

    fn check_present(&self, target: usize, cells: &StringRecord) -> Result<(), DataError> {
        const MISSING: [&str; 5] = ["", "na", "n/a", "nan", "null"];
        let missing = |cell: &str| MISSING.iter().any(|text| cell.eq_ignore_ascii_case(text));
        match cells.iter().position(missing) {
            None => Ok(()),
            Some(example) => Err(DataError::TargetMissing(self.cell(example, target))),
        }
    }

    fn regression(
        &self,
        x: Mat<f64>,
        target: usize,
        cells: &StringRecord,
    ) -> Result<Dataset<f64>, DataError> {
        let numbers = cells.iter().enumerate().map(|(example, cell)| number(cell).ok_or(example));
        let numbers: Vec<f64> = numbers
            .collect::<Result<_, _>>()
            .map_err(|example| DataError::TargetNotNumeric(self.cell(example, target)))?;
        let values = Mat::from_fn(1, numbers.len(), |_, example| numbers[example]);
        Dataset::regression(x, values)?.with_output_names([self.columns()[target].as_str()])
    }

    fn classification(
        &self,
        x: Mat<f64>,
        target: usize,
        cells: &StringRecord,
        classes: &[String],
    ) -> Result<Dataset<f64>, DataError> {
        let labels = labels(cells.iter(), classes).map_err(|example| DataError::UnknownClass {
            cell: self.cell(example, target),
            classes: classes.to_vec(),
        })?;
        Dataset::classification(x, labels, classes.len())?
            .with_output_names(classes.iter().map(String::as_str))
    }
}
