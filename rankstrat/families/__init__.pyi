"""The families of the catalogue, each from its own file, and how they are found by name."""

from rankstrat.families.catalogue.attention import attention as attention
from rankstrat.families.catalogue.convolutional import convolutional as convolutional
from rankstrat.families.catalogue.cp_factorization import cp_factorization as cp_factorization
from rankstrat.families.catalogue.deep_diagonal import deep_diagonal as deep_diagonal
from rankstrat.families.catalogue.deep_matrix_factorization import (
    deep_matrix_factorization as deep_matrix_factorization,
)
from rankstrat.families.catalogue.diagonal import diagonal as diagonal
from rankstrat.families.catalogue.framework import framework as framework
from rankstrat.families.catalogue.fully_connected import fully_connected as fully_connected
from rankstrat.families.catalogue.kan import kan as kan
from rankstrat.families.catalogue.linear import linear as linear
from rankstrat.families.catalogue.matrix_factorization import (
    matrix_factorization as matrix_factorization,
)
from rankstrat.families.catalogue.opt_example import opt_example as opt_example
from rankstrat.families.catalogue.polynomial_network import polynomial_network as polynomial_network
from rankstrat.families.catalogue.two_layer import two_layer as two_layer
from rankstrat.families.lookup import FAMILIES as FAMILIES
from rankstrat.families.lookup import Constructor as Constructor
from rankstrat.families.lookup import build as build
from rankstrat.families.recognition import Recognition as Recognition
from rankstrat.families.recognition import recognise as recognise
