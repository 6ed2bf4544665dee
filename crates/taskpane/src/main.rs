//! The task pane: draws the state of `flows` and carries out its effects. It decides nothing itself.

mod app;
mod chunks;
mod dispatch;
mod format;
mod live;
mod parts;
mod readiness;
mod runner;
mod tab;
mod theme;
mod values;
mod views;
mod words;

fn main() {
    // A panic ends the pane; the console is the only place left to say why.
    console_error_panic_hook::set_once();
    theme::show(office::theme::current().as_ref());
    app::mount();
}
