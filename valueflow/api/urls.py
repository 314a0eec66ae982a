"""Addresses below ``/api/v1/``."""

from django.urls import path

from valueflow.api import baselines, departments, improvements, outcomes, questions
from valueflow.api.problems import FlowProblemsView
from valueflow.api.views import FlowDecisionsView, FlowSummaryView

urlpatterns = [
    path("flow/summary", FlowSummaryView.as_view(), name="api-flow-summary"),
    path("flow/problems", FlowProblemsView.as_view(), name="api-flow-problems"),
    path("flow/problems/<int:number>", improvements.ProblemView.as_view(), name="api-problem"),
    path(
        "flow/problems/<int:number>/answer",
        improvements.Answer.as_view(),
        name="api-problem-answer",
    ),
    path(
        "flow/problems/<int:number>/settle",
        improvements.Settle.as_view(),
        name="api-problem-settle",
    ),
    path("improvements", improvements.Improvements.as_view(), name="api-improvements"),
    path(
        "improvements/<int:number>", improvements.ImprovementView.as_view(), name="api-improvement"
    ),
    path(
        "improvements/<int:number>/judge",
        improvements.Judge.as_view(),
        name="api-improvement-judge",
    ),
    path(
        "improvements/<int:number>/move", improvements.Move.as_view(), name="api-improvement-move"
    ),
    path(
        "improvements/<int:number>/propose",
        improvements.Propose.as_view(),
        name="api-improvement-propose",
    ),
    path("flow/decisions", FlowDecisionsView.as_view(), name="api-flow-decisions"),
    path("flow/departments", departments.DepartmentsView.as_view(), name="api-flow-departments"),
    path(
        "flow/departments/<str:key>",
        departments.DepartmentView.as_view(),
        name="api-flow-department",
    ),
    path("flow/questions", questions.QuestionsView.as_view(), name="api-flow-questions"),
    path("flow/questions/<str:slug>", questions.QuestionView.as_view(), name="api-flow-question"),
    path("flow/baselines", baselines.Baselines.as_view(), name="api-baselines"),
    path("flow/baselines/<int:number>", baselines.BaselineView.as_view(), name="api-baseline"),
    path("measures", outcomes.Measures.as_view(), name="api-measures"),
    path("measures/<str:key>", outcomes.MeasureView.as_view(), name="api-measure"),
    path("benefits", outcomes.Benefits.as_view(), name="api-benefits"),
    path("benefits/<str:key>", outcomes.BenefitView.as_view(), name="api-benefit"),
    path("benefits/<str:key>/decide", outcomes.BenefitDecide.as_view(), name="api-benefit-decide"),
]
