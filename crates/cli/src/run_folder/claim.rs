use std::path::{Path, PathBuf};
use std::{fs, io};

use super::{CHECKPOINT, CONFIG, METRICS, MODEL};

/// What a run has brought into a folder before there is anything of worth in it.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    folder: PathBuf,
    /// The folders that there were not, the innermost first.
    created: Vec<PathBuf>,
    /// Whether a config in it is one of the run.
    has_config: bool,
}

impl Claim {
    /// Creates a folder, which may be there, and those that it is in.
    pub(super) fn folder(folder: &Path) -> io::Result<Self> {
        let named = folder.ancestors().filter(|folder| !folder.as_os_str().is_empty());
        let missing = named.take_while(|folder| fs::symlink_metadata(folder).is_err());
        let claim = Self {
            folder: folder.to_owned(),
            created: missing.map(Path::to_owned).collect(),
            has_config: false,
        };
        fs::create_dir_all(folder).inspect_err(|_| claim.remove_created())?;
        Ok(claim)
    }

    /// Creates a folder that there must not be.
    pub(super) fn new_folder(folder: &Path) -> io::Result<Self> {
        let parent = folder.parent().unwrap_or(Path::new(""));
        loop {
            let mut claim = Self::folder(parent)?;
            match fs::create_dir(folder) {
                Ok(()) => {
                    claim.created.insert(0, folder.to_owned());
                    return Ok(Self { folder: folder.to_owned(), ..claim });
                }
                // Another run has given up the one that it is in.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    claim.remove_created();
                    return Err(error);
                }
            }
        }
    }

    /// The same from when on the config is one of the run.
    pub(super) fn with_config(self) -> Self {
        Self { has_config: true, ..self }
    }

    pub(super) fn path(&self) -> &Path {
        &self.folder
    }

    /// Removes the config, and the folders that were created, if there is nothing else: an old
    /// run, or what is left of a new one, stays.
    pub(crate) fn give_up(&self) {
        let holds = |file| fs::symlink_metadata(self.folder.join(file)).is_ok();
        if ![MODEL, CHECKPOINT, METRICS].into_iter().any(holds) {
            if self.has_config {
                // What cannot be removed does no harm: a config without a model.
                let _ = fs::remove_file(self.folder.join(CONFIG));
            }
            self.remove_created();
        }
    }

    /// Those that are not empty stay.
    pub(super) fn remove_created(&self) {
        for folder in &self.created {
            let _ = fs::remove_dir(folder);
        }
    }
}
