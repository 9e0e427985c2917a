import { auth } from "../auth";

export default async function Home() {
  const session = await auth();
  if (!session) {
    return (
      <>
        <h1>Orders</h1>
        <p>You are signed out.</p>
        <a className="button main" href="/api/auth/login?returnTo=/orders">
          Sign in
        </a>
      </>
    );
  }
  return (
    <>
      <h1>Orders</h1>
      <p>You are {session.user.name || session.user.email}. No token is in this browser.</p>
      <a className="button main" href="/orders">
        Your orders
      </a>
      <form method="post" action="/api/auth/logout">
        <button type="submit">Sign out</button>
      </form>
    </>
  );
}
