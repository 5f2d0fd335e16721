"""`gongctl store`: where the desk keeps what the boxes tell, and taking it to another place."""

from gongd.cli.screen import Screen
from gongd.cli.usage import Request
from gongd.core.words import Text
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.store_move import move, place_of

KEPT_IN = Text("Sổ của bàn trực: {place}", "The desk's store: {place}")
MOVED = Text(
    "Đã chép {n} dòng. Khởi động lại chương trình nhận: sudo systemctl restart gongctl-collect",
    "{n} rows were copied. Restart the collector: sudo systemctl restart gongctl-collect",
)


def store(request: Request, screen: Screen) -> int:
    """Say where it is; with an address, take it there first."""
    folder = CommuneFolder(request.config)
    if address := request.values.get("address"):
        screen.say(MOVED.fill(n=move(folder, address)))
    screen.say(KEPT_IN.fill(place=place_of(folder)))
    return 0
