use std::collections::HashSet;

use densely_table::Missing;

use crate::Reason;

/// Which columns are wanted of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    /// Those that are left out.
    pub(crate) without: Vec<String>,
    pub(crate) unneeded: Unneeded,
    /// What is a gap besides what the format says.
    pub(crate) missing: Option<Missing>,
}

/// Columns that nobody needs: what can be no cell of them is a gap, not an error.
#[derive(Debug, Clone, Default)]
pub(crate) enum Unneeded {
    #[default]
    None,
    These(HashSet<String>),
    AllBut(HashSet<String>),
}

impl Columns {
    #[cfg_attr(
        not(any(
            feature = "arrow",
            feature = "json-lines",
            feature = "parquet",
            feature = "sheets"
        )),
        allow(dead_code, reason = "any other format has cells alone")
    )]
    pub(crate) fn is_needed(&self, name: &str) -> bool {
        match &self.unneeded {
            Unneeded::None => true,
            Unneeded::These(names) => !names.contains(name),
            Unneeded::AllBut(names) => names.contains(name),
        }
    }

    /// Of these columns, that there are all that are to be left out.
    pub(crate) fn check<'a>(
        &self,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<(), Reason> {
        let is_known = |name: &String| known.clone().any(|known| known == name);
        match self.without.iter().find(|name| !is_known(name)) {
            None => Ok(()),
            Some(name) => Err(Reason::unknown("column", name, known.map(str::to_owned).collect())),
        }
    }
}
