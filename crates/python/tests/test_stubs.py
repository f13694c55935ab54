"""The stubs say what there is, and docstrings, in the form of numpydoc, what every parameter is."""

import ast
import inspect
import pathlib
import re

import pytest
from numpydoc.validate import validate

import densely
from densely import _densely


def test_the_stubs_have_what_the_module_has():
    stubs = ast.parse(pathlib.Path(densely.__file__).with_name("_densely.pyi").read_text())
    stated = {node.name: node for node in stubs.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    assert set(stated) == {name for name in dir(_densely) if not name.startswith("_")}
    for name in ["Network", "Transform", "Encoding"]:
        methods = {node.name for node in stated[name].body if isinstance(node, ast.FunctionDef)}
        assert {method for method in methods if not method.startswith("_")} == {member for member in vars(getattr(_densely, name)) if not member.startswith("_")}
    assert pathlib.Path(densely.__file__).with_name("py.typed").exists()


ESTIMATORS = [getattr(densely, name) for name in densely.__all__ if name[0].isupper() and hasattr(getattr(densely, name), "fit")]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_parameter_and_method_is_described(estimator):
    assert len(ESTIMATORS) == 5
    text = inspect.getdoc(estimator)
    sections = re.split(r"\n(\w[\w ]*)\n-+\n", text)
    of = dict(zip(sections[1::2], sections[2::2]))
    described = {name for line in re.findall(r"^(\w.*) : ", of["Parameters"], re.M) for name in line.split(", ")}
    assert described == set(inspect.signature(estimator).parameters)
    fitted = {name.strip() for line in re.findall(r"^(\w[\w, ]*)", of["Attributes"], re.M) for name in line.split(", ")}
    assert all(name.endswith("_") for name in fitted)
    for name, method in inspect.getmembers(estimator, inspect.isfunction):
        if not name.startswith("_") and method.__module__.startswith("densely"):
            document = inspect.getdoc(method)
            for parameter in list(inspect.signature(method).parameters)[1:]:
                assert re.search(rf"\b{parameter}\b", document), (name, parameter)


def public():
    """Everything that has a name here, and the methods of what has some."""
    for name in densely.__all__:
        yield f"densely.{name}"
        for method, function in inspect.getmembers(getattr(densely, name), inspect.isfunction):
            if not method.startswith("_") and function.__module__.startswith("densely"):
                yield f"densely.{name}.{method}"


# What numpydoc asks for beyond: periods after names of types, examples, references, and long descriptions everywhere;
# and that what is said begins on another line.
BEYOND = {"ES01", "EX01", "GL01", "PR08", "RT02", "RT04", "SA01", "YD01"}


@pytest.mark.parametrize("name", list(public()))
def test_docstrings_have_the_form_of_numpydoc(name):
    errors = [(code, text) for code, text in validate(name)["errors"] if code not in BEYOND]
    assert errors == []


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_parameter_and_attribute_has_a_type(estimator):
    stated = {name for base in estimator.__mro__ if base.__module__.startswith("densely") for name in base.__dict__.get("__annotations__", {})}
    assert set(inspect.signature(estimator).parameters) <= stated
    sections = re.split(r"\n(\w[\w ]*)\n-+\n", inspect.getdoc(estimator))
    attributes = dict(zip(sections[1::2], sections[2::2]))["Attributes"]
    described = {name.strip() for line in re.findall(r"^(\w[\w, ]*)", attributes, re.M) for name in line.split(",")}
    properties = {name for name, _ in inspect.getmembers(estimator, lambda member: isinstance(member, property))}
    assert described <= stated | properties
    assert {name for name in stated if name.endswith("_")} <= described
