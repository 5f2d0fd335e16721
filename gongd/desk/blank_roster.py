"""The roster that a new commune begins with: every line a comment, to be uncommented and filled in."""

from pathlib import Path

from gongd.desk.commune_folder import PRIVATE, write_new

BLANK = """\
# Danh bạ trực: bỏ dấu # ở đầu dòng rồi điền. Lưu xong là dùng ngay. Xem lại: gongctl roster
# The roster: take away the # and fill in. Saved is in use. To look at it: gongctl roster
#
#name: Nguyệt Ấn                     # tên xã · the commune
#phone: 0373 123 456                 # số của Công an xã · the desk's telephone
#officer: Trực ban Công an xã        # ai trực · the officer
#period: 15                          # kỳ báo cáo bắt đầu ngày mấy · first day of the attendance sheet
#recipients: [UBND huyện, Công an huyện]   # nơi nhận báo cáo tháng · of the monthly report
#
#zones:                              # các khu: tên viết tắt, rồi tên người gọi · an id, then its name
#  trung-tam: Khu trung tâm
#
#boxes:                              # các cụm loa, theo tên đã đăng ký · by the id they are enrolled with
#  thon-3:
#    village: Thôn 3                 # thôn · the village
#    zones: [trung-tam]              # những khu · its zones
#    by_hand:                        # ai đánh kẻng tay khi loa không kêu · who rings when the box cannot
#      - {name: Ông Lê Văn An, phone: 0912 345 678}
#      - {name: Bà Phạm Thị Hà, phone: 0345 677 123}
"""


def lay_down(path: Path) -> None:
    """Put it there. Raises FolderError where a roster is already: it stays as it is."""
    write_new(path, BLANK.encode(), PRIVATE)
