import io
import zipfile

from kit.documents.packaging import stable_zip


def an_archive(names, date, system):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, date)
            entry.create_system = system
            archive.writestr(entry, f"content of {name}" * 20)
    return buffer.getvalue()


def test_order_date_and_system_of_the_archive_do_not_matter():
    one = an_archive(["b.xml", "[Content_Types].xml", "a.xml"], (2026, 1, 2, 3, 4, 6), 3)
    two = an_archive(["a.xml", "b.xml", "[Content_Types].xml"], (1999, 1, 2, 3, 4, 6), 0)
    assert one != two
    assert stable_zip(one) == stable_zip(two)
    assert {entry.create_system for entry in zipfile.ZipFile(io.BytesIO(stable_zip(one))).infolist()} == {0}


def test_every_file_keeps_its_content():
    archive = zipfile.ZipFile(io.BytesIO(stable_zip(an_archive(["a", "b"], (2026, 1, 1, 0, 0, 0), 3))))
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "a": b"content of a" * 20,
        "b": b"content of b" * 20,
    }
