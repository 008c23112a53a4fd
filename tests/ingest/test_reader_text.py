"""Reading delimited text: hand-made files for every rule of the reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from ltvlib.errors import LimitError, ReadError
from ltvlib.ingest import csvfast
from ltvlib.ingest.model import Limits, RawTable, ReadOptions
from ltvlib.ingest.reader import read_raw

from .files import aside, cells, check_whole, lines, names


def read(folder: Path, content: bytes | str, **options: object) -> RawTable:
    source = folder / "in.csv"
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    raw = read_raw(source, folder / "out", ReadOptions(**options))  # type: ignore[arg-type]
    check_whole(raw)
    return raw


PLAIN = [["A-1", "1,5"], ["A-2", "2,5"]]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_delimiters(tmp_path: Path, mark: str) -> None:
    raw = read(tmp_path, f"order{mark}amount\nA-1{mark}1,5\nA-2{mark}2,5\n")
    assert (raw.delimiter, cells(raw)) == (mark, PLAIN)


@pytest.mark.parametrize(
    "content",
    [
        'order,amount\nA-1,"1,5"\nA-2,"2,5"\n',
        'order, amount\nA-1, "1,5"\nA-2, "2,5"\n',
        "order,amount\r\nA-1,'1,5'\r\nA-2,'2,5'\r\n",
        "sep=;\norder;amount\nA-1;1,5\nA-2;2,5\n",
        "\ufefforder;amount\r\nA-1;1,5\r\nA-2;2,5\r\n",
        "order;amount\rA-1;1,5\rA-2;2,5",
        "order;amount\nA-1;1,5\n\n\nA-2;2,5\n\n\n",
        "order;amount;;\nA-1;1,5;;\nA-2;2,5;;\n;;;\n",
        "# made by hand\norder;amount\nA-1;1,5\nA-2;2,5\n",
        " order ;\u00a0amount\n A-1\u00a0;  1,5\n\u202fA-2;2,5\t\n",
        '"order";"amount"\n"A-1";"1,5"\n"A-2";"2,5"\n',
    ],
)
def test_same_table_in_many_dresses(tmp_path: Path, content: str) -> None:
    raw = read(tmp_path, content)
    assert names(raw) == ["order", "amount"]
    assert cells(raw) == PLAIN
    assert raw.records == 2


def test_space_delimited_when_unmistakable(tmp_path: Path) -> None:
    raw = read(tmp_path, 'id name sum\n1 "Ann Lee" 10\n2 Bob 20\n3 "Cy D" 30\n')
    assert (raw.delimiter, cells(raw)[0]) == (" ", ["1", "Ann Lee", "10"])


def test_backslash_escape(tmp_path: Path) -> None:
    raw = read(tmp_path, 'id,name,sum\n1,"24\\" bike",10\n2,"5\\", wide",20\n3,x,30\n')
    assert [row[1] for row in cells(raw)] == ['24" bike', '5", wide', "x"]


def test_quoted_newline_keeps_line_numbers(tmp_path: Path) -> None:
    raw = read(tmp_path, 'id;note;sum\n1;"two\nlines; ""here""";5\n2;x;6\n')
    assert cells(raw)[0] == ["1", 'two\nlines; "here"', "5"]
    assert lines(raw) == [2, 4]


def test_open_quote_costs_one_line(tmp_path: Path) -> None:
    rows = [f"{number};name {number};{number * 2}" for number in range(500)]
    rows[100] = '100;"open;200'
    raw = read(tmp_path, "id;name;sum\n" + "\n".join(rows) + "\n")
    assert aside(raw) == [(102, "open_quote")]
    assert raw.rows == 499


def test_open_quote_before_quoted_rows(tmp_path: Path) -> None:
    rows = [f'{number};"name; {number}";""' for number in range(50)]
    rows[10] = '10;"open;'
    raw = read(tmp_path, "id;name;sum\n" + "\n".join(rows) + "\n")
    assert aside(raw) == [(12, "open_quote")]
    assert raw.rows == 49


def test_quotes_inside_a_name_are_kept(tmp_path: Path) -> None:
    raw = read(tmp_path, 'id;name;sum\n1;"Daisy" Ltd;5\n2;OOO "Rose";6\n3;5" pipe;7\n')
    assert [row[1] for row in cells(raw)] == ['"Daisy" Ltd', 'OOO "Rose"', '5" pipe']


def test_ragged_rows_are_set_aside(tmp_path: Path) -> None:
    raw = read(
        tmp_path, "id;day;sum\n1;2025-01-01;5\n2;2025-01-02\n3;2025-01-03;6;7\n4;2025-01-04;8;;\n5;2025-01-05;9\n"
    )
    assert aside(raw) == [(3, "too_few_fields"), (4, "too_many_fields")]
    assert [row[0] for row in cells(raw)] == ["1", "4", "5"]


def test_missing_empty_tail_is_padded(tmp_path: Path) -> None:
    raw = read(tmp_path, "id;sum;note\n1;5\n2;6\n3;7;hello\n4;8\n")
    assert raw.rows == 4
    assert cells(raw)[0] == ["1", "5", None]


def test_a_lost_separator_is_not_padded(tmp_path: Path) -> None:
    body = "".join(f"{number};2025-01-01;C{number};9;\n" for number in range(20))
    raw = read(tmp_path, f"id;day;customer;sum;note\n{body}20;2025-01-01C20;9;\n;21;2025-01-01;C21;9;\n")
    assert aside(raw) == [(22, "too_few_fields"), (23, "too_many_fields")]


def test_report_with_titles_total_and_signature(tmp_path: Path) -> None:
    content = (
        "Отчет по продажам\nПериод: 01.01.2025 - 31.01.2025\n\n"
        "Номер заказа;Дата;Клиент;Сумма\n;;;руб.\nA-1;01.01.2025;Анна;10\nA-2;02.01.2025;Итого Строй ООО;20\n"
        "Итого по менеджеру Иванову;;;30\nНомер заказа;Дата;Клиент;Сумма\nA-3;03.01.2025;Анна;5\nИтого;;;35\n\n"
        "Руководитель ________ Петров\n"
    )
    raw = read(tmp_path, content.encode("cp1251"))
    assert (raw.encoding, raw.header_line, len(raw.preamble)) == ("cp1251", 4, 2)
    assert aside(raw) == [(5, "units"), (8, "totals"), (9, "repeated_header"), (11, "totals"), (13, "footer")]
    assert [row[0] for row in cells(raw)] == ["A-1", "A-2", "A-3"]


@pytest.mark.parametrize("word", ["Итого", "ВСЕГО:", "Общий итог", "Total", "Grand total", "Summe", "ИТОГО по отчету"])
def test_total_words(tmp_path: Path, word: str) -> None:
    raw = read(tmp_path, f"id;day;sum\n1;2025-01-01;5\n2;2025-01-02;6\n{word};;11\n")
    assert aside(raw) == [(4, "totals")]


def test_brand_called_total_is_no_total(tmp_path: Path) -> None:
    raw = read(tmp_path, "Product;Date;Sum\nTotal Quartz 5W40;2025-01-01;5\nTotal Energies;2025-01-02;6\n")
    assert raw.rows == 2
    assert not raw.set_aside


def test_no_header(tmp_path: Path) -> None:
    raw = read(tmp_path, "1;01.02.2025;10,5\n2;02.02.2025;11,5\n3;03.02.2025;12,5\n")
    assert (raw.header_line, names(raw)) == (0, ["Column 1", "Column 2", "Column 3"])
    assert raw.rows == 3
    assert any("no header" in note.template for note in raw.notes)


def test_header_line_chosen_by_hand(tmp_path: Path) -> None:
    raw = read(tmp_path, "a;b\nid;sum\n1;2\n", header_line=2)
    assert names(raw) == ["id", "sum"]
    assert read(tmp_path, "id;sum\n1;2\n", header_line=0).rows == 2


def test_two_line_header(tmp_path: Path) -> None:
    raw = read(tmp_path, "Клиент;Январь;;Февраль;\n;Кол-во;Сумма;Кол-во;Сумма\nАнна;1;10;2;20\nОльга;3;30;4;40\n")
    assert names(raw) == ["Клиент", "Январь Кол-во", "Январь Сумма", "Февраль Кол-во", "Февраль Сумма"]


def test_names_are_unique_and_tidy(tmp_path: Path) -> None:
    raw = read(tmp_path, 'Сумма;Сумма;"Дата\nпродажи"; Бюджет ;;Сумма (2);x\n1;2;01.01.2025;4;5;6;7\n')
    assert names(raw) == ["Сумма", "Сумма (3)", "Дата продажи", "Бюджет", "Column 5", "Сумма (2)", "x"]


@pytest.mark.parametrize(
    "codec", ["cp1251", "koi8-r", "cp866", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_cyrillic_encodings_of_short_files(tmp_path: Path, codec: str) -> None:
    text = "Клиент;Дата;Сумма\nИванова Анна;01.02.2025;10\nООО Ромашка;02.02.2025;20\nПётр Сидоров;03.02.2025;30\n"
    raw = read(tmp_path, text.encode(codec))
    assert [row[0] for row in cells(raw)] == ["Иванова Анна", "ООО Ромашка", "Пётр Сидоров"]


@pytest.mark.parametrize(
    ("codec", "word"),
    [
        ("cp1252", "Müller"),
        ("latin-1", "José Peña"),
        ("cp1250", "Łódź wąż"),
        ("shift_jis", "佐藤"),
        ("cp1254", "Şişli çağrı"),
    ],
)
def test_other_encodings(tmp_path: Path, codec: str, word: str) -> None:
    raw = read(tmp_path, f"name;sum\n{word};10\n{word};20\n".encode(codec))
    assert cells(raw)[0][0] == word


def test_mojibake_is_repaired_and_told(tmp_path: Path) -> None:
    text = "Заказ;Клиент\n1;Анна Иванова\n2;Пётр\n"
    raw = read(tmp_path, text.encode().decode("cp1251", "replace").encode())
    assert names(raw) == ["Заказ", "Клиент"]
    assert any(note.level == "warn" and "damaged" in note.template for note in raw.notes)


def test_comments_below_the_header(tmp_path: Path) -> None:
    raw = read(tmp_path, "id;sum\n# checked by Ann\n#1001;5\n#1002;6\n")
    assert aside(raw) == [(2, "comment")]
    assert cells(raw) == [["#1001", "5"], ["#1002", "6"]]


def test_long_line_is_set_aside(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id;note\n1;x\n2;" + "y" * 1_200_000 + "\n3;z\n", encoding="utf-8")
    raw = read_raw(source, tmp_path / "out")
    check_whole(raw)
    assert aside(raw) == [(3, "line_too_long")]
    assert len(raw.set_aside[0].text) <= 500


def test_mostly_broken_file_is_refused(tmp_path: Path) -> None:
    body = "".join(f"{number};a{';' if number % 4 == 0 else ''}\n" for number in range(40))
    with pytest.raises(ReadError, match="number of fields"):
        read(tmp_path, "id;name;sum\n" + body)


def test_header_only(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no rows"):
        read(tmp_path, "id;sum\n")


def test_too_many_columns(tmp_path: Path) -> None:
    wide = ";".join(f"c{number}x" for number in range(600))
    with pytest.raises(LimitError, match="600 columns, more than the 500"):
        read(tmp_path, f"{wide}\n{wide}\n")


def test_file_size_limit(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(b"a;b\n" * 300_000)
    with pytest.raises(LimitError, match="1 MB allowed"):
        read_raw(source, tmp_path / "out", limits=Limits(file_mb=1))


def test_file_name_means_nothing(tmp_path: Path) -> None:
    source = tmp_path / "orders.xlsx"
    source.write_text("id;sum\n1;2\n", encoding="utf-8")
    assert read_raw(source, tmp_path / "out").container == "csv"


# -- the fast way ------------------------------------------------------------------------------------


def both_ways(folder: Path, content: str, monkeypatch: pytest.MonkeyPatch) -> tuple[RawTable, RawTable]:
    """The same file read by the tolerant reader and by the fast one (which must not decline)."""
    source = folder / "in.csv"
    source.write_bytes(content.encode())
    slow = read_raw(source, folder / "slow")
    monkeypatch.setattr(csvfast, "FAST_FROM", 0)
    used = []
    original = csvfast.read_fast
    monkeypatch.setattr(csvfast, "read_fast", lambda *args: used.append(original(*args)) or used[-1])
    fast = read_raw(source, folder / "fast")
    assert used[-1] is not None, "the fast way declined"
    check_whole(fast)
    return slow, fast


ROWS = "".join(f"A-{number};2025-01-{number % 28 + 1:02d};C{number % 7};{number},50\n" for number in range(1, 400))


@pytest.mark.parametrize(
    "content",
    [
        "id;day;customer;sum\n" + ROWS,
        ("id;day;customer;sum\n" + ROWS).replace("\n", "\r\n"),
        "Отчет\nПериод: январь\n\nid;day;customer;sum\n" + ROWS + "Итого;;;100\nОтчет сформирован;;;\n\n\n",
        "id;day;customer;sum\n"
        + ROWS
        + "Total;;;1\n"
        + ROWS
        + "id;day;customer;sum\n"
        + ROWS
        + "Итого по всем;;;9\n;;;\n",
        "id;day;customer;sum;\n" + ROWS.replace("\n", ";\n"),
        "id;day;customer;sum\n;;;руб.\n" + ROWS.replace("C1;", " C1 \u00a0;"),
        "id;day;customer;sum\n" + ROWS.replace(";C1;", ';"C;1 ""x""";') + ROWS.replace(";C3;", ';"two\nlines";'),
        ("id;day;customer;sum\n" + ROWS.replace(";C3;", ';"two\nlines";') + "Итого;;;3\n").replace("\n", "\r\n"),
        "id;day;customer;sum\n" + ROWS.rstrip("\n"),
    ],
)
def test_fast_and_tolerant_agree(tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, fast = both_ways(tmp_path, content, monkeypatch)
    assert cells(fast) == cells(slow)
    assert lines(fast) == lines(slow)
    assert aside(fast) == aside(slow)
    assert (fast.columns, fast.header_line, fast.records) == (slow.columns, slow.header_line, slow.records)


@pytest.mark.parametrize(
    "broken",
    [
        "A;B\n",
        "A;B;C;D;E\n",
        'A;"open;C;1\n',
        "\nA;2025-01-01;C;5\n",
        '"A" b;2025-01-01;C;5\n',
        "x\ny;2;3;4\n",
        "# note\n",
    ],
)
def test_fast_way_declines_what_is_not_plain(tmp_path: Path, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvfast, "FAST_FROM", 0)
    raw = read(tmp_path, "id;day;customer;sum\n" + ROWS + broken + ROWS)
    assert raw.rows >= 798
    assert raw.records >= 799


def test_totals_deep_in_the_file(tmp_path: Path) -> None:
    words = [
        "Итого",
        "Всего",
        "Общий итог",
        "Промежуточный итог",
        "Total",
        "Subtotal",
        "Grand total",
        "Summe",
        "Insgesamt",
        "Разом",
        "«Итого»",
    ]
    body = "".join(ROWS + f"{word};;;1\n" for word in words)
    raw = read(tmp_path, "id;day;customer;sum\n" + body)
    assert [reason for _, reason in aside(raw)] == ["totals"] * len(words)
