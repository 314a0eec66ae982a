"""Tables as CSV: read in one way only, or refused with the line (attacks 25 and 26)."""

import csv
import io

import pytest

from esm.common.errors import Invalid, TooLarge
from esm.common.tables import MAX_BYTES, plain_cell, read_table, safe_cell, write_table


@pytest.mark.parametrize(
    "content",
    [
        b"name;mail\nZo\xc3\xab;z@x.example\n",
        b"\xef\xbb\xbfname,mail\r\nZo\xc3\xab,z@x.example\r\n",
        "name\tmail\nZoë\tz@x.example".encode("utf-16"),
        b"name,mail\nZo\xeb,z@x.example\n",
        b'\n"name","mail"\n\n"Zo\xc3\xab","z@x.example"\n',
    ],
)
def test_one_table_in_the_ways_it_is_saved(content: bytes) -> None:
    table = read_table(content)
    assert table.columns == ("name", "mail")
    assert [row.cells for row in table.rows] == [{"name": "Zoë", "mail": "z@x.example"}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"name,mail\n", "no row below the header"),
        (b"name,mail\nA,b\x00\n", "Line 2: there is a zero byte"),
        (b"name,mail\nZo\xc3\xab,x\nZo\xeb,y\n", "Line 3: the file mixes encodings"),
        (b"name,mail\n\x81\x8d,x\n", "Line 2: this is no text"),
        (b"name,Mail,mail\na,b,c\n", "The column mail is there twice"),
        (b'name,mail\n"A,b\n', "this is not CSV"),
        (b"name\n" + b"a" * 200_000, "this is not CSV"),
        (b"a," * 60 + b"a\n1\n", "More than 40 columns"),
        (b"a" * (MAX_BYTES + 1), "larger than 2 MB"),
        (b"name\n" + b"a\n" * 5_001, "More than 5,000 rows"),
    ],
)
def test_a26_what_cannot_be_read_is_refused_with_the_line(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_table(content)
    assert issubclass(TooLarge, Invalid)


def test_a26_rows_of_another_length_are_wrong_by_line() -> None:
    table = read_table(b"name,mail\nA,a@x\nB\nC,c@x,more\n" + b"D," + b"x" * 3_000 + b"\n")
    assert [(row.line, bool(row.wrong)) for row in table.rows] == [
        (2, False),
        (3, True),
        (4, True),
        (5, True),
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1", "plain", "'quoted"])
def test_a25_no_cell_is_a_formula_and_all_come_back(cell: str) -> None:
    text = write_table(["a"], [[cell]])
    (_head, (written,)) = csv.reader(io.StringIO(text))
    assert not written.startswith(("=", "+", "-", "@", "\t", "＝"))
    assert plain_cell(safe_cell(cell)) == cell.strip() or cell == "\tx"
