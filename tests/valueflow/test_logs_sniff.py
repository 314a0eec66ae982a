"""What kind of file it is, and why it is refused when it is no log."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from tests.valueflow.log_files import small
from valueflow.logs.reader import read_log
from valueflow.logs.refusal import MIB, Limits, LogRefused
from valueflow.logs.sniff import sniff

HEADER = "case,activity,time,team\n"
ROWS = "".join(f"{n % 5},Step {n % 3},2026-03-02 {n % 24:02}:00,Team {n % 2}\n" for n in range(40))


def refused(path: Path, limits: Limits | None = None) -> LogRefused:
    with pytest.raises(LogRefused) as caught:
        read_log(path, limits=limits)
    return caught.value


def zipped(text: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log.csv", text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "log-empty", "empty"),
        (b"\n\n  \n", "log-empty", "blank lines"),
        (gzip.compress(b""), "log-empty", "empty"),
        (zipped(b"a,b\n"), "log-zip", "zip archive"),
        (gzip.compress(zipped(b"a,b\n")), "log-zip", "zip archive"),
        (gzip.compress(gzip.compress(b"a,b\n1,2\n")), "log-archive", "twice"),
        (b"%PDF-1.7\n", "log-not-text", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "log-spreadsheet", "xls"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "log-encoding", "UTF-32"),
        (bytes(range(256)) * 400, "log-not-text", "control character"),
        (b"\x00" * 5000, "log-not-text", "control character"),
        (b"<!DOCTYPE html><html>", "log-not-csv", "web page"),
        (b'<?xml version="1.0"?><log/>', "log-not-csv", "XES"),
        (b'[{"case": 1}]', "log-not-csv", "JSON"),
        (b"one column\nof text\nand no more\n", "log-one-column", "«one column»"),
        (b"name,price\nPen,1.20\nInk,7.00\n", "log-no-time", "Columns: name, price"),
        (b"time,price\n2026-01-01,1\n2026-01-02,2\n", "log-columns", "case"),
    ],
    # A compressed content holds the time of its making, which is no name for a test.
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_what_is_no_log_is_refused_with_what_is_wrong(
    tmp_path: Path, content: bytes, code: str, words: str
) -> None:
    refusal = refused(small(tmp_path, content))

    assert refusal.code == code
    assert words in refusal.sentence


def test_a_missing_file_is_a_refusal_too(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv").code == "log-missing"


def test_a_text_in_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    text = ("案件,状態,日時\n" + "一,開始,2026-03-02 09:00\n" * 9).encode("shift_jis")

    assert refused(small(tmp_path, text)).code in ("log-encoding", "log-no-time", "log-columns")


def test_a_zip_bomb_is_refused_after_its_first_50_mib(tmp_path: Path) -> None:
    row = b"1,Step,2026-03-02 09:00,Team\n"
    bomb = gzip.compress(HEADER.encode() + row * (60 * MIB // len(row)))

    refusal = refused(small(tmp_path, bomb, "log.csv.gz"))
    assert refusal.code == "log-bomb"
    assert "100 times its size" in refusal.sentence

    # the length a gzip file states at its end is not trusted
    lying = bomb[:-4] + (1000).to_bytes(4, "little")
    assert refused(small(tmp_path, lying, "lies.csv.gz")).code == "log-bomb"


def test_more_text_than_is_read_is_refused_packed_or_not(tmp_path: Path) -> None:
    limits = Limits(unpacked=2000)
    text = (HEADER + ROWS * 3).encode()

    for content in (text, gzip.compress(text)):
        assert refused(small(tmp_path, content), limits).code == "log-too-large"


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_of_ten_megabytes_is_refused_with_its_number(tmp_path: Path, packed: bool) -> None:
    text = (HEADER + ROWS + "9,A,2026-03-02 09:00," + "x" * 10 * MIB + "\n" + ROWS).encode()
    refusal = refused(small(tmp_path, gzip.compress(text, 1) if packed else text))

    assert (refusal.code, refusal.line) == ("log-line-too-long", 42)
    assert "Line 42 is longer than 1,048,576 bytes" in refusal.sentence


def test_a_first_line_of_ten_megabytes_is_line_1(tmp_path: Path) -> None:
    refusal = refused(small(tmp_path, b"case,activity,time" + b",x" * 5 * MIB))

    assert (refusal.code, refusal.line) == ("log-line-too-long", 1)


@pytest.mark.parametrize("cut", [8, 20, 200])
def test_a_damaged_gzip_file_is_refused_whole(tmp_path: Path, cut: int) -> None:
    packed = gzip.compress((HEADER + ROWS * 200).encode())

    assert refused(small(tmp_path, packed[:-cut])).code == "log-gzip-broken"
    middle = len(packed) // 2
    hurt = packed[:middle] + bytes(b ^ 0x55 for b in packed[middle : middle + cut])
    assert refused(small(tmp_path, hurt + packed[middle + cut :])).code == "log-gzip-broken"


def test_western_text_is_recognised_also_where_it_shows_late(tmp_path: Path) -> None:
    # given: more than the sample in ASCII, then names in Windows-1252
    late = "7,Prüfung,2026-03-02 09:00,Café “Süd”\n" * 20
    text = HEADER + ROWS * 900 + late
    frame = read_log(small(tmp_path, text.encode("cp1252")))

    assert frame.dropped == 0
    assert frame.activities[-1] == "Prüfung"
    assert frame.groups[-1] == "Café “Süd”"
    assert frame.guesses[0] == "The text is Windows-1252."


def test_a_broken_byte_in_utf8_text_is_a_bad_row_not_another_encoding(tmp_path: Path) -> None:
    text = (HEADER + "7,Prüfung,2026-03-02 09:00,x\n" * 5).encode()
    frame = read_log(small(tmp_path, text + b"8,Pr\xfcfung,2026-03-02 09:00,x\n"))

    assert frame.activities == ("Prüfung",)
    assert [(row.line, row.kind) for row in frame.bad_rows] == [(7, "undecodable")]
    assert frame.bad_rows[0].text == "8,Pr�fung,2026-03-02 09:00,x"


def test_header_titles_separator_line_and_trailing_delimiters(tmp_path: Path) -> None:
    text = "sep=;\n" + HEADER.replace(",", ";") + ROWS.replace(",", ";")
    found = sniff(small(tmp_path, text)).dialect
    assert (found.delimiter, found.columns[0], found.data_line) == (";", "case", 3)

    found = sniff(small(tmp_path, "Report of March\n\n" + HEADER + ROWS)).dialect
    assert (found.header, found.data_line) == (True, 4)

    found = sniff(small(tmp_path, HEADER + ROWS.replace("\n", ",\n"))).dialect
    assert found.columns == ("case", "activity", "time", "team", "column 5")

    frame = read_log(small(tmp_path, HEADER.replace("\n", ",\n") + ROWS))
    assert (frame.data.height, frame.dropped) == (40, 0)


def test_columns_without_names_and_twice_the_same_name(tmp_path: Path) -> None:
    found = sniff(small(tmp_path, ROWS)).dialect
    assert (found.header, found.data_line) == (False, 1)
    assert found.columns == ("column 1", "column 2", "column 3", "column 4")
    assert read_log(small(tmp_path, ROWS)).data.height == 40

    found = sniff(small(tmp_path, "case,time,,time\n" + ROWS)).dialect
    assert found.columns == ("case", "time", "column 3", "time (2)")


def test_commas_inside_fields_do_not_win_over_the_delimiter(tmp_path: Path) -> None:
    text = "case;activity;time;note\n" + "".join(
        f"{n % 4};A, B;2026-03-02 09:00;1,5, 2,5\n" for n in range(9)
    )
    assert sniff(small(tmp_path, text)).dialect.delimiter == ";"


def test_a_header_wider_than_the_rows_keeps_them_bad(tmp_path: Path) -> None:
    refusal = refused(small(tmp_path, "case,activity,time,team,site\n" + ROWS))

    assert refusal.code in ("log-no-time", "log-no-rows")
