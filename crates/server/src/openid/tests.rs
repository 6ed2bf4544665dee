//! The relying party before providers that do everything wrong.
