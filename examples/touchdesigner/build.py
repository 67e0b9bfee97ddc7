"""Builds the network that plays musicvae, inside TouchDesigner.

Put this text into a Text DAT called ``build``, and say in the Textport:

    op('/project1/build').module.build(op('/project1'))

Running it again replaces what it made before.
"""

from typing import Any

import td  # TouchDesigner's own module: this file is of no use elsewhere

HOST, PORT, REPLY_PORT = "127.0.0.1", 7700, 7701
LATENTS = 8

CALLBACKS = '''\
"""Shows what the daemon answers. The argument names are TouchDesigner's."""


def onReceiveOSC(dat, rowIndex, message, bytes, timeStamp, address, args, peer):
    if address == '/status.reply':
        table = op('status')
        table.clear()
        for name, value in zip(args[::2], args[1::2]):
            table.appendRow([name, value])
    elif address == '/peak':
        peak = op('peak')
        peak.clear()
        peak.appendRow(args)
    elif address == '/startup':  # the daemon has begun anew, and knows nobody
        op('words').sendOSC('/replyport', [{port}])
    else:
        print('musicvae:', address, *args)
    return
'''

STARTING = '''\
"""Asks for answers when the project is opened: the socket is a new one then."""


def onStart():
    op('words').sendOSC('/replyport', [{port}])
    op('words').sendOSC('/status', [])
    return
'''

WORDS = """\
Commands that are no channels, for the Textport or any script; play is this component:

play = op('/project1/musicvae/words')
play.sendOSC('/glide', [500.0])
play.sendOSC('/walk', [1.0, 0.8])
play.sendOSC('/source', ['held'])
play.sendOSC('/gain', [-6.0])
play.sendOSC('/freeze', [1])
play.sendOSC('/preset/save', ['one'])
play.sendOSC('/latent/0', [1.0], '/latent/1', [-1.0], asBundle=True)
play.sendOSC('/panic', [])
"""


def build(parent: Any) -> Any:
    """Make the component ``musicvae`` inside ``parent``, and return it."""
    old = parent.op("musicvae")
    if old is not None:
        old.destroy()
    inside = parent.create(td.baseCOMP, "musicvae")
    _channels(inside)
    words = _made(inside, td.oscoutDAT, "words", (0, -200), address=HOST, port=PORT)
    text = _made(inside, td.textDAT, "callbacks", (0, -400))
    text.text = CALLBACKS.replace("{port}", str(REPLY_PORT))
    _made(inside, td.oscinDAT, "replies", (200, -400), port=REPLY_PORT, callbacks="callbacks")
    _made(inside, td.tableDAT, "status", (400, -400)).clear()
    _made(inside, td.tableDAT, "peak", (600, -400)).clear()
    starting = _made(inside, td.executeDAT, "starting", (200, -200), start=True)
    starting.text = STARTING.replace("{port}", str(REPLY_PORT))
    _made(inside, td.textDAT, "commands", (400, -200)).text = WORDS
    words.sendOSC("/replyport", [REPLY_PORT])
    words.sendOSC("/status", [])
    return inside


def _channels(inside: Any) -> None:
    """Channels chan1, chan2 …, which the daemon knows as latents 0, 1 …, and their way out."""
    latents = _made(inside, td.constantCHOP, "latents", (0, 0))
    name, value = "name{}", "value{}"  # as builds before 2022 call them
    if hasattr(latents, "seq"):  # newer ones begin with fewer channels, and add them in blocks
        latents.seq.const.numBlocks = LATENTS
        name, value = "const{}name", "const{}value"
    for number in range(LATENTS):
        setattr(latents.par, name.format(number), f"chan{number + 1}")
        setattr(latents.par, value.format(number), 0.0)
    out = _made(inside, td.nullCHOP, "out", (200, 0))
    send = _made(
        inside, td.oscoutCHOP, "send", (400, 0),
        netaddress=HOST, port=PORT,
        numericformat="float",
        format="sample",  # one value of each channel, not the whole time slice
        sendevents=False,  # only channels that have changed
        cookalways=True,  # though nothing looks at it
    )  # fmt: skip
    out.inputConnectors[0].connect(latents)
    send.inputConnectors[0].connect(out)


def _made(inside: Any, kind: Any, name: str, place: tuple[int, int], **settings: Any) -> Any:
    node = inside.create(kind, name)
    node.nodeX, node.nodeY = place
    for setting, value in settings.items():
        setattr(node.par, setting, value)
    return node
