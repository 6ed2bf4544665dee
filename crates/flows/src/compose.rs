//! A message being written: putting people into it, and facts.

use crate::{App, Effect};

/// Its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compose {}

/// What happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeEvent {}

/// What it has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeEffect {}

impl App {
    pub(crate) fn compose_event(&mut self, event: ComposeEvent) -> Vec<Effect> {
        match event {}
    }
}
