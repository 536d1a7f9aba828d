"""Every item of the book's outline has its section, and the section says what it should.

Each entry: what the outline asks for, the page, the beginning of the section's English
heading ("" for the whole page), and words that must stand in that section's English.
"""

from __future__ import annotations

from functools import cache

import pytest
from bs4 import BeautifulSoup, Tag

from .conftest import SITE

OUTLINE = """
why one medium | front/preface | Code, mathematics and prose | code
learning by doing | front/preface | Learning by doing | just
structure of the course | front/preface | The structure of the course |
whom it is for | front/preface | For whom |
asking and discussing | front/preface | How to ask |
the two commands | front/installation | | make; make test
virtual environment | front/installation | | .venv
CPU or GPU | front/installation | | GPU
Colab and JupyterHub | front/installation | | Colab; JupyterHub
common failures | front/installation | | Debian
numerical objects | front/notation | Numerical objects |
set theory | front/notation | Set theory |
functions and operators | front/notation | Functions and operators |
calculus symbols | front/notation | Calculus |
probability symbols | front/notation | Probability and information theory |
wake words | introduction/motivation | A word that wakes | 44,000
parameters as knobs | introduction/motivation | Knobs | model; family; learning algorithm
training loop | introduction/motivation | The training loop in four steps |
data | introduction/components | Data | 120,000
models | introduction/components | Models |
objective functions | introduction/components | Objective functions |
optimization | introduction/components | Optimization algorithms |
the contractor | introduction/supervised | Regression | 350; 250
the death cap | introduction/supervised | From probabilities to decisions | death cap; 0.2
hierarchical classes | introduction/supervised | Hierarchical classes |
tagging | introduction/tagging-search-recommenders | Tagging | multi-label
PageRank | introduction/tagging-search-recommenders | Search | PageRank
feedback loops | introduction/tagging-search-recommenders | Feedback loops |
tagging and parsing | introduction/sequences-unsupervised | Tagging and parsing | pars
speech | introduction/sequences-unsupervised | Speech recognition and text to speech |
translation | introduction/sequences-unsupervised | Translation |
clustering | introduction/sequences-unsupervised | Clustering |
subspace estimation | introduction/sequences-unsupervised | Subspace estimation |
causality | introduction/sequences-unsupervised | Causality | caus
generative models | introduction/sequences-unsupervised | Generative models | variational; adversarial; flow; diffusion
self-supervised learning | introduction/sequences-unsupervised | Self-supervised learning |
environment | introduction/environments-reinforcement | Learning offline, acting online |
distribution shift | introduction/environments-reinforcement | When the world moves | shift
reinforcement learning | introduction/environments-reinforcement | Reinforcement learning | agent; reward; credit assignment; explor
decision processes and bandits | introduction/environments-reinforcement | From the general problem | Markov decision process; contextual bandit; multi-armed bandit
a bandit in a cell | introduction/environments-reinforcement | A bandit you can run | greedy
sixteen feet | introduction/roots | Sixteen feet | Köbel
trimmed mean | introduction/roots | The trimmed mean |
Fisher | introduction/roots | From data to conclusions | Fisher
Shannon | introduction/roots | Information as a quantity | Shannon
Turing | introduction/roots | Can machines think? | Turing
Hebb | introduction/roots | Cells that fire together | Hebb
the decades | introduction/road | Fifty years in six rows | 1970; 2020
dropout | introduction/road | Capacity without memorizing | dropout
attention | introduction/road | Looking back | attention; Transformer
language models | introduction/road | Language models |
multi-stage designs | introduction/road | Thinking in stages |
GANs and diffusion | introduction/road | Generating | adversarial; diffusion
parallel training | introduction/road | Many processors at once |
frameworks | introduction/road | Frameworks | PyTorch
ImageNet | introduction/success-essence | Seeing | 2010; 2017; ImageNet
multi-level representations | introduction/success-essence | Representations on many levels |
end-to-end training | introduction/success-essence | End-to-end training |
nonconvexity | introduction/success-essence | Nonconvexity |
empiricism | introduction/success-essence | Empiricism |
tensors | preliminaries/tensors | Making tensors |
indexing | preliminaries/tensors | Indexing |
broadcasting | preliminaries/tensors | Broadcasting |
memory | preliminaries/tensors | Memory |
conversion | preliminaries/tensors | Conversion |
CSV | preliminaries/data | A file | CSV
missing values | preliminaries/data | Missing values |
data to tensors | preliminaries/data | | tensor
reductions | preliminaries/linear-algebra | Reductions |
dot product | preliminaries/linear-algebra | The dot product |
matrix products | preliminaries/linear-algebra | Matrix products |
norms | preliminaries/linear-algebra | Norms |
derivative | preliminaries/calculus | The derivative |
gradient | preliminaries/calculus | Partial derivatives and the gradient |
chain rule | preliminaries/calculus | The chain rule |
backward | preliminaries/autograd | | backward
detach | preliminaries/autograd | Leaving something out | detach
control flow | preliminaries/autograd | Loops and branches |
sampling | preliminaries/probability | Drawing at random |
law of large numbers | preliminaries/probability | The long run | law of large numbers
Bayes and the rare disease | preliminaries/probability | Bayes' rule | disease
expectation and variance | preliminaries/probability | Expectation and variance |
covariance | preliminaries/probability | Covariance |
dir and help | preliminaries/documentation | | dir; help
reading an error | preliminaries/documentation | Reading an error |
objective | hpo/what-is-hpo | The optimization problem | objective; configuration
log-uniform | hpo/what-is-hpo | The configuration space | loguniform
random search on LeNet | hpo/what-is-hpo | Random search | test error
the sigmoid failure | hpo/what-is-hpo | Turning the crank | sigmoid
batch means are biased | hpo/what-is-hpo | Count, do not average | batch
searcher, scheduler, tuner | hpo/interface | Three questions | searcher; scheduler; tuner
incumbent curves | hpo/interface | A real search |
local searcher | hpo/interface | A searcher that looks back |
DropoutMLP | hpo/interface | 1. An MLP with dropout | dropout_1; num_hiddens_2
synchronous against asynchronous | hpo/asynchronous | Why workers wait | asynchronous
real worker processes | hpo/asynchronous | Real workers | WorkerPool
scaling | hpo/asynchronous | One, two, four workers |
Dask | hpo/asynchronous | On a cluster | dask worker
Syne Tune | hpo/asynchronous | Syne Tune | PythonBackend; load_experiment
Bayesian optimization | hpo/asynchronous | Random search against | Bayesian
rungs | hpo/successive-halving | Rungs | eta
successive halving from scratch | hpo/successive-halving | Halving on one screen |
resume from the checkpoint | hpo/successive-halving | The search on LeNet | checkpoint
promoted trials first | hpo/successive-halving | What a free worker does | promoted
Hyperband | hpo/successive-halving | Hyperband | bracket
stragglers | hpo/asha | Waiting for the last one | straggler
ASHA's rule | hpo/asha | The rule | promot
suboptimal promotions | hpo/asha | Promoted too early | promot
ASHA with Syne Tune | hpo/asha | The same with Syne Tune | grace_period
a thousand workers | hpo/asha | A thousand workers | utilization
two-sample test | gan/gan | A test that learns | two-sample test
the discriminator's loss | gan/gan | The discriminator's loss | cross-entropy
generator losses | gan/gan | The generator's loss, twice | saturating; non-saturating
minimax | gan/gan | The game | minimax
data with known covariance | gan/gan | Data we can check | covariance
two nets | gan/gan | The two networks | linear
training | gan/gan | Training |
ln 2 is no proof | gan/gan | Twenty runs at once | seed
the recipe that fits | gan/gan | A recipe that fits | seed
emoji | gan/dcgan | Emoji | 64
output sizes | gan/dcgan | How large is the output? |
leaky ReLU | gan/dcgan | Leaky ReLU | slope
discriminator blocks | gan/dcgan | The discriminator |
initialization | gan/dcgan | Starting weights | 0.02
beta1 | gan/dcgan | Adam with a short memory | 0.5
interpolation | gan/dcgan | Walking through the latent space |
quality | gan/dcgan | A measure of quality | kernel
glossary | appendix/glossary | Glossary | generator
library reference | appendix/library | GANs |
how the book is made | appendix/making | Adding a chapter | _toc.yml
bibliography | appendix/bibliography | Bibliography | Goodfellow
"""  # noqa: E501
ENTRIES = [[part.strip() for part in line.split("|")] for line in OUTLINE.strip().splitlines()]


@cache
def english_page(name: str) -> BeautifulSoup:
    page = BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    for korean in page.select(".bi-ko, .bi-sep, .headerlink"):
        korean.decompose()
    return page


def plain(element: Tag) -> str:
    return " ".join(element.get_text(" ").split()).replace("’", "'")


def section(page: str, heading: str) -> Tag:
    article = english_page(page).select_one("article")
    if not heading:
        return article
    found = [h for h in article.find_all(["h1", "h2", "h3"]) if plain(h).startswith(heading)]
    assert found, f"{page} has no section that begins with {heading!r}"
    return found[0].parent


@pytest.mark.parametrize(
    ("item", "page", "heading", "words"), ENTRIES, ids=[entry[0] for entry in ENTRIES]
)
def test_the_outline_is_covered(item, page, heading, words):
    found = section(page, heading)
    assert found.get("id") or not heading, "a section without an anchor cannot be linked"
    text = plain(found).lower()
    missing = [word.strip() for word in words.split(";") if word.strip().lower() not in text]
    assert not missing, f"{page}, {heading!r} does not mention {missing}"
