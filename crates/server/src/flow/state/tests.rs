//! Every step once, in its order, and no other way through.
