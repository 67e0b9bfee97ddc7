"""Lists every message that the daemon sends: address, arguments and meaning for ``docs/osc.md``."""

from __future__ import annotations

REPLIES = (
    ("/pong", "none, or i", "The answer to `/ping`."),
    ("/version.reply", "s", "The version of musicvae."),
    ("/status.reply", "s, value, s, value …", "The fields below, each a name and its value."),
    (
        "/get.reply",
        "s, values",
        "The address that was asked for or is watched (`/watch 1`), and its values; of very many "
        "latents, the first 270.",
    ),
    (
        "/decks.reply",
        "s deck, s model, i D, i playing, f gain, i muted, s source",
        "One for each deck: its model (empty for none), how many latents that has, whether it "
        "plays, its gain in dB, whether it is muted, and what moves its latents.",
    ),
    (
        "/model/info.reply",
        "s deck, s, value, s, value …",
        "`model kind genre latents rate channels hop latency_ms latent_space attributes licence`, "
        "each a name and its value.",
    ),
    (
        "/model/latents.reply",
        "s deck, i, f share, s effect, s name, f low, f high",
        "A latent, the share of the variance that it has, what one standard deviation up does, "
        "such as `bass +8 dB, darker` (empty where that was not measured), its name, and its 1st "
        "and 99th percentile over the training set.",
    ),
    (
        "/model/list.reply",
        "s name, s kind, s genre, i D, i Hz, s reason",
        "One for each model file; the reason says why it cannot be played, and is empty otherwise.",
    ),
    (
        "/tape/list.reply",
        "s name, f seconds, s reason",
        "One for each tape file; the reason says why it cannot be read, and is empty otherwise.",
    ),
    (
        "/memory/list.reply",
        "s name, f seconds, s styles, s licence, s reason",
        "One for each memory; the reason says why it cannot be read, and is empty otherwise.",
    ),
    (
        "/prior/list.reply",
        "s name, s genres, s attributes, s licence, s reason",
        "One for each prior; the reason says why it cannot be read, and is empty otherwise.",
    ),
    (
        "/map.reply",
        "s deck, s memory, i points, s across, s upwards",
        "How many points of the map follow, and which attribute of the music rises across it and "
        "upwards; empty where none does clearly.",
    ),
    (
        "/map/points.reply",
        "s deck, s memory, s style, i first, f f …",
        "Points of one style, from the number `first` on: how far across and upwards each is, 0 to "
        "1. Each is a second of music.",
    ),
    ("/preset/list.reply", "s name", "One for each preset of the deck's model."),
    (
        "/midi/list.reply",
        "s address, s control, f low, f high, s curve, s values",
        "A binding: a control such as `cc 74 channel 1` moves the address between the two values.",
    ),
    ("/midi/error.reply", "s", "A row of a mapping that is wrong, and why."),
    (
        "/service/ask",
        "i, s address, values",
        "To a process that took on a service: a client asks this; `/service/reply` answers it.",
    ),
    (
        "/input/level.reply",
        "f, f, i",
        "RMS of the input at its gain in dBFS, falling slowly; the slow gain of `/input/auto` in "
        "dB; whether the gate is open.",
    ),
    ("/audio/list.reply", "i, s name, i channels, f Hz", "One for each output device."),
    (
        "/done",
        "s address, …",
        "A job is over; `/record/start`, `/record/stop` and `/render` add the "
        "file, lists add how many replies came before.",
    ),
    ("/fail", "s address, s reason", "A job failed, or a recording ended by itself."),
    ("/synced", "i", "The answer to `/sync`: all that came before is done."),
    (
        "/error",
        "s, s",
        "The address that was refused (`packet` for a malformed one), and why. At most 5 a second "
        "for each sender. To subscribers, `musicvae` and what went wrong in the daemon or a model: "
        "at most one a second.",
    ),
    ("/input", "s", "To subscribers (`/notify 1`): the microphone was lost, or is back."),
    ("/output", "s", "To subscribers (`/notify 1`): the sound card was lost, or is back."),
    (
        "/peak",
        "f for each channel",
        "To subscribers (`/notify 1`): levels in dBFS, 10 times a second.",
    ),
    (
        "/sounding",
        "s deck, f × D",
        "To watchers (`/watch 1`): the latents that sound on a deck, when they have moved.",
    ),
    (
        "/spectrum.reply",
        "f × 64",
        "To those who sent `/spectrum 1`: levels in dBFS of 64 bands from 40 Hz to 16 kHz (or 0.45 "
        "of the rate), evenly apart in pitch; a sine of full scale has 0, silence -120.",
    ),
    (
        "/startup",
        "s version, i port",
        "To port 7701 of this machine when the daemon starts: send `/replyport` again.",
    ),
)
