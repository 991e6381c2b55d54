"""What waits for editors in the demo world: questions that found no answer, one that an article solved, and a version to read."""

from datetime import datetime
from uuid import UUID

from accounts.customers.models import Customer
from accounts.people.models import User
from support.knowledge import deflection, editing, questions
from support.knowledge.models import Article, ArticleQuestion

ASKER, ASKERS_NODE = "member@berlin.helios.example", "HB"
NOT_FOUND = ("Can you send invoices to our archive by SFTP?", "Do you plant a tree for every subscription?")
SOLVED = ("both march bills cover the very same days", "billed-twice")
KEY = UUID("6f1f5d3e-5b0c-4a86-9f43-6f0a0a3f1d10")
DRAFT = {
    "title": "Send invoices to an archive",
    "category": "Invoices",
    "body": "Choose **XML** beside each invoice, or fetch all of them with the API. A transfer by SFTP is not offered yet.",
}


def leave_work(agent: User, *, at: datetime) -> None:
    """Put one thing into each list of the editors' desk; again changes nothing."""
    if Article.objects.filter(title=DRAFT["title"]).exists():
        return
    for text in NOT_FOUND:
        questions.propose(article=None, text=text, source=ArticleQuestion.Source.NOT_FOUND, at=at)
    text, ref = SOLVED
    asker, customer = User.objects.get(email=ASKER), Customer.objects.get(ref=ASKERS_NODE)
    article = Article.objects.get(ref=ref)
    deflection.record(actor=asker, customer=customer, article=article, question=text, solved=True, key=KEY, at=at)
    editing.begin(actor=agent, at=at, **DRAFT)
